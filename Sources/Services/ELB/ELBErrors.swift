import CloudState
import ServiceModel

/// Elastic Load Balancing's errors, with AWS's codes and messages.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/CommonErrors.html>
enum ELBError {
    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationError", message) }

    static func configuration(_ message: String) -> ServiceError {
        ServiceError("InvalidConfigurationRequest", message)
    }

    static func notPermitted(_ message: String) -> ServiceError { ServiceError("OperationNotPermitted", message) }

    static func invalidTarget(_ message: String) -> ServiceError { ServiceError("InvalidTarget", message) }

    static func notARN(_ text: String, _ noun: String) -> ServiceError {
        validation("'\(text.prefix(256))' is not a valid \(noun) ARN")
    }

    static let noLoadBalancer = ServiceError("LoadBalancerNotFound", "One or more load balancers not found")
    static let noTargetGroup = ServiceError("TargetGroupNotFound", "One or more target groups not found")
    static let noListener = ServiceError("ListenerNotFound", "One or more listeners not found")
    static let noRule = ServiceError("RuleNotFound", "One or more rules not found")

    static func notEmulated(_ what: String) -> ServiceError {
        ServiceError("InvalidConfigurationRequest", "\(what) are not emulated here.", isNotEmulated: true)
    }
}

/// How requests name load balancers, listeners, rules and target groups.
enum ELBNamed {
    private static func isARN(_ text: String, _ word: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" && parts[2] == "elasticloadbalancing"
            && parts[5].hasPrefix("\(word)/")
    }

    static func loadBalancer(_ arn: String?, _ context: CallContext) throws(ServiceError) -> LoadBalancer {
        let arn = arn ?? ""
        guard isARN(arn, "loadbalancer") else { throw ELBError.notARN(arn, "load balancer") }
        guard let record = context.elb.loadBalancers[arn] else { throw ELBError.noLoadBalancer }
        return record
    }

    static func listener(_ arn: String?, _ context: CallContext) throws(ServiceError) -> Listener {
        let arn = arn ?? ""
        guard isARN(arn, "listener") else { throw ELBError.notARN(arn, "listener") }
        guard let record = context.elb.listeners[arn] else { throw ELBError.noListener }
        return record
    }

    static func rule(_ arn: String?, _ context: CallContext) throws(ServiceError) -> ListenerRule {
        let arn = arn ?? ""
        guard isARN(arn, "listener-rule") else { throw ELBError.notARN(arn, "listener rule") }
        guard let record = context.elb.rules[arn] else { throw ELBError.noRule }
        return record
    }

    static func targetGroup(_ arn: String?, _ context: CallContext) throws(ServiceError) -> TargetGroup {
        let arn = arn ?? ""
        guard isARN(arn, "targetgroup") else { throw ELBError.notARN(arn, "target group") }
        guard let record = context.elb.targetGroups[arn] else { throw ELBError.noTargetGroup }
        return record
    }

    /// The name of what is to be made: 32 letters, digits and hyphens.
    static func newName(_ name: String, _ noun: String) throws(ServiceError) -> String {
        let title = noun.prefix(1).uppercased() + noun.dropFirst()
        guard name.utf8.count <= 32 else {
            throw ELBError.validation("\(title) name '\(name.prefix(256))' cannot be longer than '32' characters")
        }
        let isPlain = name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 0x2D
        }
        guard isPlain, !name.isEmpty else {
            throw ELBError.validation(
                "\(title) name '\(name)' can only contain characters that are alphanumeric characters and hyphens(-)")
        }
        guard !name.hasPrefix("-"), !name.hasSuffix("-") else {
            throw ELBError.validation("\(title) name '\(name)' cannot begin or end with hyphen(-)")
        }
        guard noun != "load balancer" || !name.hasPrefix("internal-") else {
            throw ELBError.validation("\(title) name '\(name)' cannot start with 'internal-'")
        }
        return name
    }
}

extension CallContext {
    /// The next ARN of Elastic Load Balancing with that path, and 16 hexadecimal digits at its end.
    mutating func newELBARN(_ path: String) -> String {
        let digits = IDGenerator.hexadecimal(world.ids.bits("\(region)/elb/\(path)"))
        return "arn:aws:elasticloadbalancing:\(region):\(accountID):\(path)/\(digits)"
    }
}

/// A page of a list: `PageSize`, `Marker`, `NextMarker`.
struct ELBPage<Item> {
    private static var prefix: String { "elb:" }

    let items: [Item]
    private let marker: String?

    init(_ all: [Item], _ input: Input) throws(ServiceError) {
        let start = try Self.start(input.string("Marker"))
        let limit = input.integer("PageSize") ?? 400
        let rest = all.dropFirst(start)
        items = Array(rest.prefix(limit))
        marker = rest.count > limit ? Base64.encode(Array("\(Self.prefix)\(start + limit)".utf8)) : nil
    }

    private static func start(_ marker: String?) throws(ServiceError) -> Int {
        guard let marker, !marker.isEmpty else { return 0 }
        guard let bytes = Base64.decode(marker), let text = String(validating: bytes, as: UTF8.self),
            text.hasPrefix(prefix), let start = Int(text.dropFirst(prefix.count)), start >= 0
        else { throw ELBError.validation("Invalid marker") }
        return start
    }

    func response(_ name: String, _ view: (Item) -> Value) -> Response {
        Response([name: .list(items.map(view)), "NextMarker": .optional(marker)])
    }
}
