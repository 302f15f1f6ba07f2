import CloudState
import ServiceModel
import Testing

struct PriceListTests {
    private func hourly(_ type: String, region: String = "us-east-1", windows: Bool = false, vCPUs: Int = 2) -> Double {
        PriceList.rate(.instance(type: type, vCPUs: vCPUs, isWindows: windows, isSpot: false), in: region).hourly
            .dollars
    }

    static let published: [(type: String, dollars: Double)] = [
        ("t2.micro", 0.0116), ("t3.micro", 0.0104), ("t4g.nano", 0.0042), ("m5.large", 0.096), ("c5n.18xlarge", 3.888),
        ("m5.metal", 4.608), ("g4dn.xlarge", 0.526), ("p5.48xlarge", 55.04), ("r7g.medium", 0.0536),
        ("i3en.24xlarge", 10.848),
    ]

    @Test(arguments: published)
    func `an hour on demand costs what AWS asks for it`(expected: (type: String, dollars: Double)) {
        #expect(abs(hourly(expected.type) - expected.dollars) < 1e-9)
    }

    @Test func `Windows adds its licence, and other regions their factor`() {
        #expect(abs(hourly("m5.large", windows: true) - 0.188) < 1e-9)
        #expect(abs(hourly("t3.micro", windows: true) - 0.0196) < 1e-9)
        #expect(abs(hourly("m5.large", region: "eu-central-1") - 0.115) < 1e-9)
    }

    @Test func `what is not AWS's own figure says so`() {
        func isEstimate(_ type: String, _ region: String, spot: Bool = false) -> Bool {
            PriceList.rate(.instance(type: type, vCPUs: 4, isWindows: false, isSpot: spot), in: region).isEstimate
        }
        #expect(!isEstimate("m5.large", "us-east-1"))
        #expect(!isEstimate("m5.large", "us-west-2"))
        #expect(isEstimate("m5.large", "eu-west-1"))
        #expect(isEstimate("m5.large", "us-east-1", spot: true))
        #expect(isEstimate("zz9.large", "us-east-1"))
    }

    @Test func `less than a minute is billed as one, and a gateway's hours as begun`() {
        let start = Timestamp(seconds: 0)
        let instance = Meter.instance(type: "m5.large", vCPUs: 2, isWindows: false, isSpot: false)
        #expect(Usage(instance, from: start, to: start.adding(seconds: 5)).billedSeconds == 60)
        #expect(Usage(instance, from: start, to: start.adding(seconds: 61)).billedSeconds == 61)
        #expect(Usage(instance, from: start, to: start.adding(milliseconds: 61_001)).billedSeconds == 62)
        #expect(Usage(.natGateway, from: start, to: start.adding(seconds: 3601)).billedSeconds == 7200)
    }

    static let volumes: [(meter: Meter, month: Double)] = [
        (.volume(type: "gp3", gibibytes: 100, iops: 3000, throughput: 125), 8),
        (.volume(type: "gp3", gibibytes: 100, iops: 4000, throughput: 250), 18),
        (.volume(type: "gp2", gibibytes: 100, iops: 300, throughput: 0), 10),
        (.volume(type: "io2", gibibytes: 100, iops: 64_000, throughput: 0), 12.5 + 32_000 * 0.065 + 32_000 * 0.0455),
        (.volume(type: "sc1", gibibytes: 500, iops: 0, throughput: 0), 7.5),
    ]

    @Test(arguments: volumes)
    func `a month of a volume costs its size, IOPS and throughput`(expected: (meter: Meter, month: Double)) {
        #expect(abs(PriceList.rate(expected.meter, in: "us-east-1").monthly.dollars - expected.month) < 0.001)
    }

    @Test func `large sums stay exact`() {
        let decade = Money(dollars: 400).perHour(forSeconds: 10 * 365 * 86_400)
        #expect(decade == Money(dollars: 400 * 24 * 3650))
    }
}
