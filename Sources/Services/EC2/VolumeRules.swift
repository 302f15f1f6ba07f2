import ServiceModel

/// What EBS allows for each volume type.
///
/// <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html>
enum VolumeRules {
    static func check(
        size: Int, type: String, iops: inout Int?, throughput: inout Int?
    ) throws(ServiceError) {
        let sizes: ClosedRange<Int>
        switch type {
        case "gp2": sizes = 1...16_384
        case "gp3": sizes = 1...65_536
        case "io1": sizes = 4...16_384
        case "io2": sizes = 4...65_536
        case "st1", "sc1": sizes = 125...16_384
        case "standard": sizes = 1...1024
        default: throw EC2Error.invalidParameter("Invalid value '\(type.prefix(64))' for VolumeType.")
        }
        guard sizes.contains(size) else {
            let bound = size < sizes.lowerBound ? "smaller" : "larger"
            throw EC2Error.invalidParameter(
                "Volume of \(size)GiB is \(bound) than the \(size < sizes.lowerBound ? "minimum of \(sizes.lowerBound)" : "maximum of \(sizes.upperBound)")GiB for \(type) volumes."
            )
        }
        switch type {
        case "gp3":
            let wanted = iops ?? 3000
            guard (3000...80_000).contains(wanted) else {
                throw EC2Error.invalidParameter(
                    "Volume iops of \(wanted) is \(wanted < 3000 ? "too low; minimum is 3000." : "too high; maximum is 80000.")"
                )
            }
            guard wanted <= max(3000, size * 500) else {
                throw EC2Error.invalidParameter(
                    "Iops to volume size ratio of \(wanted / size) is too high; maximum is 500.")
            }
            let rate = throughput ?? 125
            guard (125...2000).contains(rate) else {
                throw EC2Error.invalidParameter(
                    "Throughput of \(rate) is \(rate < 125 ? "too low; minimum is 125." : "too high; maximum is 2000.")"
                )
            }
            guard rate * 4 <= wanted else {
                throw EC2Error.invalidParameter(
                    "Throughput (MiBps) to iops ratio of \(rate)/\(wanted) is too high; maximum is 0.250000 MiBps per iops."
                )
            }
            iops = wanted
            throughput = rate
        case "io1", "io2":
            guard let wanted = iops else {
                throw ServiceError(
                    "MissingParameter", "The parameter iops must be specified for \(type) volumes.")
            }
            let highest = type == "io1" ? 64_000 : 256_000
            guard (100...highest).contains(wanted) else {
                throw EC2Error.invalidParameter(
                    "Volume iops of \(wanted) is \(wanted < 100 ? "too low; minimum is 100." : "too high; maximum is \(highest).")"
                )
            }
            let ratio = type == "io1" ? 50 : 1000
            guard wanted <= size * ratio else {
                throw EC2Error.invalidParameter(
                    "Iops to volume size ratio of \(wanted / size) is too high; maximum is \(ratio).")
            }
            try refuseThroughput(throughput, type)
        default:
            guard iops == nil else {
                throw EC2Error.invalidCombination("The parameter iops is not supported for \(type) volumes.")
            }
            try refuseThroughput(throughput, type)
            if type == "gp2" { iops = min(max(100, size * 3), 16_000) }
        }
    }

    private static func refuseThroughput(_ throughput: Int?, _ type: String) throws(ServiceError) {
        guard throughput == nil else {
            throw EC2Error.invalidCombination("The parameter throughput is not supported for \(type) volumes.")
        }
    }
}
