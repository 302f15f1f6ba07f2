import CloudState
import ServiceModel

/// Which resources a target means when an experiment begins.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/targets.html#target-identification>
enum TargetResolution {
    /// A resource that could be meant: its ARN, its tags, and what its service describes.
    private struct Candidate {
        var arn: String
        var tags: Tags
        var description: Value
    }

    /// The ARNs of the resources of a target, chosen by its selection mode.
    static func resolve(
        _ target: ExperimentTarget, _ context: inout CallContext
    ) throws(ServiceError) -> [String] {
        var found: [String] = []
        for candidate in try candidates(target.resourceType, &context) where matches(candidate, target, context) {
            found.append(candidate.arn)
        }
        switch target.selection {
        case .all: return found
        case .count(let count): return pick(count, of: found, &context)
        case .percent(let percent):
            // Rounded down, as AWS does, so that a small share of few resources is none.
            return pick(found.count * percent / 100, of: found, &context)
        }
    }

    /// Chooses by the world's seed, so that the same run chooses the same.
    private static func pick(_ count: Int, of arns: [String], _ context: inout CallContext) -> [String] {
        var rest = arns
        var chosen: Set<String> = []
        while chosen.count < count, !rest.isEmpty {
            let bits = context.world.ids.bits("\(context.region)/fis/selection")
            chosen.insert(rest.remove(at: Int(bits % UInt64(rest.count))))
        }
        return arns.filter(chosen.contains)
    }

    private static func matches(_ candidate: Candidate, _ target: ExperimentTarget, _ context: CallContext) -> Bool {
        guard target.arns.isEmpty || target.arns.contains(candidate.arn) else { return false }
        guard target.tags.tags.allSatisfy({ candidate.tags[$0.key] == $0.value }) else { return false }
        for filter in target.filters {
            let texts = values(at: filter.path.split(separator: ".")[...], in: candidate.description)
            guard texts.contains(where: filter.values.contains) else { return false }
        }
        if let zone = target.parameters["availabilityZoneIdentifier"] {
            guard let name = candidate.description["AvailabilityZone"]?.text,
                zones([zone], context).contains(name)
            else { return false }
        }
        if let vpc = target.parameters["vpc"] {
            guard let id = candidate.description["VpcId"]?.text, vpc == id || vpc.hasSuffix("/\(id)") else {
                return false
            }
        }
        return true
    }

    /// The texts at the end of a path; every element of a list on the way counts.
    private static func values(at path: ArraySlice<Substring>, in value: Value) -> [String] {
        if let elements = value.elements { return elements.flatMap { values(at: path, in: $0) } }
        guard let first = path.first else {
            switch value {
            case .string(let text): return [text]
            case .integer(let number): return ["\(number)"]
            case .boolean(let flag): return ["\(flag)"]
            default: return []
            }
        }
        return value[String(first)].map { values(at: path.dropFirst(), in: $0) } ?? []
    }

    // MARK: Candidates

    private static func candidates(
        _ type: String, _ context: inout CallContext
    ) throws(ServiceError) -> [Candidate] {
        let base = "arn:aws:ec2:\(context.region):\(context.accountID)"
        switch type {
        case "aws:ec2:instance", "aws:ec2:spot-instance":
            let reservations = try context.call("ec2", "DescribeInstances", [:])["Reservations"]?.elements ?? []
            return reservations.flatMap { $0["Instances"]?.elements ?? [] }.compactMap { instance in
                let state = instance["State"]?["Name"]?.text
                guard let id = instance["InstanceId"]?.text, state != "terminated", state != "shutting-down",
                    type == "aws:ec2:instance" || instance["InstanceLifecycle"]?.text == "spot"
                else { return nil }
                return Candidate(arn: "\(base):instance/\(id)", tags: tags(instance), description: instance)
            }
        case "aws:ec2:subnet":
            let subnets = try context.call("ec2", "DescribeSubnets", [:])["Subnets"]?.elements ?? []
            return subnets.compactMap { subnet in
                subnet["SubnetId"]?.text.map {
                    Candidate(arn: "\(base):subnet/\($0)", tags: tags(subnet), description: subnet)
                }
            }
        case "aws:ec2:autoscaling-group":
            return try groups(&context)
        case "aws:iam:role":
            return context.world.iam.roles.map {
                Candidate(arn: $0.arn, tags: $0.tags, description: ["RoleName": .string($0.name)])
            }
        default: return []
        }
    }

    private static func groups(_ context: inout CallContext) throws(ServiceError) -> [Candidate] {
        var found: [Candidate] = []
        var token: Value?
        repeat {
            let answer = try context.call(
                "autoscaling", "DescribeAutoScalingGroups", ["MaxRecords": 100, "NextToken": token])
            for group in answer["AutoScalingGroups"]?.elements ?? [] {
                guard let arn = group["AutoScalingGroupARN"]?.text else { continue }
                found.append(Candidate(arn: arn, tags: tags(group), description: group))
            }
            token = answer["NextToken"]
        } while token != nil
        return found
    }

    private static func tags(_ resource: Value) -> Tags {
        var tags = Tags()
        for tag in resource["Tags"]?.elements ?? [] {
            if let key = tag["Key"]?.text { tags[key] = tag["Value"]?.text ?? "" }
        }
        return tags
    }

    // MARK: Names

    /// The last part of an ARN, for instance `i-0123456789abcdef0`.
    static func id(_ arn: String) -> String { arn.split(separator: "/").last.map(String.init) ?? arn }

    /// The names of Availability Zones that are given by name or id.
    static func zones(_ identifiers: [String], _ context: CallContext) -> [String] {
        let known = RegionFacts.named(context.region)?.zones ?? []
        return identifiers.map { identifier in known.first { $0.id == identifier }?.name ?? identifier }
    }
}
