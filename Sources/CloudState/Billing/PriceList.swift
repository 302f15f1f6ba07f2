/// AWS's public prices, and what this emulator assumes where it does not know one.
///
/// Sources: the on-demand price list of 2026-01-19 for us-east-1; the pages on EC2, EBS and VPC prices of the same month.
/// Free tier, savings plans, reserved capacity, data transfer, requests to EBS and surplus CPU credits are left out.
package enum PriceList {
    /// The day that the prices are of.
    package static let date = "2026-01-19"

    /// Hours in a month, as AWS's pricing calculator has it.
    package static let hoursAMonth = 730

    /// A price by the hour.
    package struct Rate: Sendable, Equatable {
        package var hourly: Money
        /// Whether it is not AWS's own figure: a type that the table lacks, Spot, or a region other than us-east-1.
        package var isEstimate: Bool

        package var monthly: Money { Money(nanodollars: hourly.nanodollars * hoursAMonth) }
    }

    package static func rate(_ meter: Meter, in region: String) -> Rate {
        let factor = regionFactors[region]
        let base = baseRate(meter)
        // Public IPv4 addresses cost the same everywhere.
        if case .publicIPv4 = meter { return base }
        guard region != "us-east-1" else { return base }
        let isSameAsVirginia = factor == 1
        return Rate(hourly: base.hourly * (factor ?? 1.2), isEstimate: base.isEstimate || !isSameAsVirginia)
    }

    /// What some metered time costs.
    package static func cost(_ usage: Usage, in region: String) -> Money {
        rate(usage.meter, in: region).hourly.perHour(forSeconds: usage.billedSeconds)
    }

    private static func baseRate(_ meter: Meter) -> Rate {
        switch meter {
        case .instance(let type, let vCPUs, let isWindows, let isSpot):
            let known = linuxPrice(type)
            // A type that the table lacks: a vCPU of a current general-purpose type costs about this much.
            var dollars = known ?? 0.05 * Double(vCPUs)
            if isWindows { dollars += windowsLicence(type, vCPUs) }
            // Spot prices move; two thirds off is their long-term order of magnitude.
            if isSpot { dollars *= 0.35 }
            return Rate(hourly: Money(dollars: dollars), isEstimate: known == nil || isSpot)
        case .volume(let type, let size, let iops, let throughput):
            return Rate(
                hourly: Money(dollars: volumeMonth(type, size, iops, throughput) / Double(hoursAMonth)),
                isEstimate: false)
        case .publicIPv4: return Rate(hourly: Money(dollars: 0.005), isEstimate: false)
        case .natGateway: return Rate(hourly: Money(dollars: 0.045), isEstimate: false)
        case .interfaceEndpoint: return Rate(hourly: Money(dollars: 0.01), isEstimate: false)
        case .snapshot(let size):
            return Rate(hourly: Money(dollars: 0.05 * Double(size) / Double(hoursAMonth)), isEstimate: true)
        }
    }

    // MARK: Instances

    /// Dollars an hour on demand for Linux in us-east-1; nil for a type that the table lacks.
    package static func linuxPrice(_ type: String) -> Double? {
        guard let name = InstanceTypeName(type), let line = series[name.series] else { return nil }
        if let own = line.sizes[name.size] { return own }
        guard let price = line.xlarge, let factor = name.xlarges else { return nil }
        return price * factor
    }

    private static let series: [String: (xlarge: Double?, sizes: [String: Double])] = {
        var table: [String: (xlarge: Double?, sizes: [String: Double])] = [:]
        for line in instancePriceTable.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 1 else { continue }
            var sizes: [String: Double] = [:]
            for word in words.dropFirst(2) {
                let pair = word.split(separator: "=")
                if pair.count == 2, let price = Double("0" + pair[1]) { sizes[String(pair[0])] = price }
            }
            table[String(words[0])] = (words[1] == "-" ? nil : Double("0" + words[1]), sizes)
        }
        return table
    }()

    /// What Windows adds: 4.6 cents an hour for each vCPU, and less for the burstable sizes.
    private static func windowsLicence(_ type: String, _ vCPUs: Int) -> Double {
        let t2 = [
            "nano": 0.0023, "micro": 0.0046, "small": 0.009, "medium": 0.018, "large": 0.028, "xlarge": 0.041,
            "2xlarge": 0.062,
        ]
        let t3 = [
            "nano": 0.0046, "micro": 0.0092, "small": 0.0184, "medium": 0.0184, "large": 0.0276, "xlarge": 0.0736,
            "2xlarge": 0.1472,
        ]
        guard let name = InstanceTypeName(type) else { return 0.046 * Double(vCPUs) }
        let table = name.series == "t2" ? t2 : name.family == "t" ? t3 : [:]
        return table[name.size] ?? 0.046 * Double(vCPUs)
    }

    // MARK: Volumes

    /// Dollars a month. <https://aws.amazon.com/ebs/pricing/>
    private static func volumeMonth(_ type: String, _ size: Int, _ iops: Int, _ throughput: Int) -> Double {
        let size = Double(size)
        switch type {
        case "gp3": return size * 0.08 + Double(max(0, iops - 3000)) * 0.005 + Double(max(0, throughput - 125)) * 0.04
        case "gp2": return size * 0.1
        case "io1": return size * 0.125 + Double(iops) * 0.065
        case "io2":
            let tiers = [(32_000, 0.065), (32_000, 0.0455), (Int.max, 0.03185)]
            var rest = iops
            var price = size * 0.125
            for (width, rate) in tiers {
                price += Double(min(rest, width)) * rate
                rest -= min(rest, width)
            }
            return price
        case "st1": return size * 0.045
        case "sc1": return size * 0.015
        default: return size * 0.05
        }
    }

    /// How much dearer a region is than us-east-1, by the price of an m5.large there: right for that type, an estimate
    /// for all else.
    private static let regionFactors: [String: Double] = [
        "us-east-1": 1, "us-east-2": 1, "us-west-2": 1, "us-west-1": 0.112 / 0.096, "ca-central-1": 0.107 / 0.096,
        "eu-west-1": 0.107 / 0.096, "eu-west-2": 0.111 / 0.096, "eu-west-3": 0.112 / 0.096,
        "eu-central-1": 0.115 / 0.096, "eu-north-1": 0.102 / 0.096, "eu-south-1": 0.112 / 0.096,
        "ap-south-1": 0.101 / 0.096, "ap-southeast-1": 0.12 / 0.096, "ap-southeast-2": 0.12 / 0.096,
        "ap-northeast-1": 0.124 / 0.096, "ap-northeast-2": 0.118 / 0.096, "ap-northeast-3": 0.124 / 0.096,
        "ap-east-1": 0.132 / 0.096, "sa-east-1": 0.153 / 0.096, "me-south-1": 0.118 / 0.096,
        "af-south-1": 0.127 / 0.096,
    ]
}
