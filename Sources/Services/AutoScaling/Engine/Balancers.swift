import CloudState
import ServiceModel

/// What a group asks of Elastic Load Balancing. A target group that is gone, or that refuses, is no concern of the group.
enum Balancers {
    private static let service = "elasticloadbalancing"

    private static func targets(_ ids: [String]) -> Value { .list(ids) { ["Id": .string($0)] } }

    static func register(_ ids: [String], in arn: String, _ context: inout CallContext) {
        attempt("RegisterTargets", ["TargetGroupArn": .string(arn), "Targets": targets(ids)], &context)
    }

    static func deregister(_ ids: [String], from arn: String, _ context: inout CallContext) {
        attempt("DeregisterTargets", ["TargetGroupArn": .string(arn), "Targets": targets(ids)], &context)
    }

    /// The state of each registered instance of a target group; empty where that is gone.
    static func health(in arn: String, _ context: inout CallContext) -> [String: String] {
        guard let answer = attempt("DescribeTargetHealth", ["TargetGroupArn": .string(arn)], &context) else {
            return [:]
        }
        var states: [String: String] = [:]
        for description in answer["TargetHealthDescriptions"]?.elements ?? [] {
            guard let id = description["Target"]?["Id"]?.text, let state = description["TargetHealth"]?["State"]?.text
            else { continue }
            // An instance may be registered with several ports; the worst of them counts.
            if states[id] == nil || state == "unhealthy" || state == "draining" { states[id] = state }
        }
        return states
    }

    @discardableResult
    private static func attempt(_ operation: String, _ parameters: Value, _ context: inout CallContext) -> Fields? {
        // A call that fails may have begun to change the draft.
        let before = context.world
        do throws(ServiceError) {
            return try context.call(service, operation, parameters)
        } catch {
            context.world = before
            return nil
        }
    }
}
