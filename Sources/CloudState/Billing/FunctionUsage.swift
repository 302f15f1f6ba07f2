/// What a function has used: requests, and memory over time.
///
/// <https://aws.amazon.com/lambda/pricing/>
package struct FunctionUsage: Sendable, Equatable {
    package private(set) var requests = 0
    /// Megabytes times milliseconds that were billed, by architecture.
    package private(set) var megabyteMilliseconds: [String: Int] = [:]

    package init() {}

    package mutating func add(_ version: FunctionVersion, milliseconds: Int) {
        requests += 1
        megabyteMilliseconds[version.architecture, default: 0] += version.memorySize * milliseconds
    }

    /// Gigabytes times seconds.
    package var gigabyteSeconds: Double {
        Double(megabyteMilliseconds.values.reduce(0, +)) / 1024 / 1000
    }

    /// By the prices of us-east-1, the free tier left out.
    package var cost: Money {
        let time = megabyteMilliseconds.reduce(0.0) { sum, item in
            sum + Double(item.value) / 1024 / 1000 * (item.key == "arm64" ? 0.000_013_333_4 : 0.000_016_666_7)
        }
        return Money(dollars: time) + Money(nanodollars: requests * 200)
    }
}

extension PriceList {
    /// Whether functions cost something else there, by a little.
    static func isEstimateOfFunctions(in region: String) -> Bool {
        !["us-east-1", "us-east-2", "us-west-2", "eu-west-1"].contains(region)
    }
}
