import ApplicationAutoScaling
import AutoScaling
package import CloudState
import CloudWatch
import EC2
import ECR
import ECS
import ELB
import Events
import FIS
import IAM
import KMS
import Kinesis
import Lambda
import Logs
import S3
import SQS
import SSM
import STS
import Scheduler
import ServiceDiscovery
import ServiceModel

/// The emulated services, found by the name in a signature's scope.
package struct Services: Sendable {
    package static let all: [ServiceDefinition] = [
        EC2Service.definition,
        ELBService.definition,
        IAMService.definition,
        KMSService.definition,
        SSMService.definition(publicParameters: EC2Service.publicParameters),
        STSService.definition,
        AutoScalingService.definition,
        CloudWatchService.definition,
        FISService.definition,
        S3Service.definition,
        ECSService.definition,
        ECRService.definition,
        LogsService.definition,
        SQSService.definition,
        LambdaService.definition,
        KinesisService.definition,
        EventsService.definition,
        SchedulerService.definition,
        ApplicationAutoScalingService.definition,
        ServiceDiscoveryService.definition,
    ]

    private static let bySigningName: [String: ServiceDefinition] = {
        var table: [String: ServiceDefinition] = [:]
        for service in all {
            for name in service.signingNames { table[name] = service }
        }
        return table
    }()

    package static func signed(_ name: String) -> ServiceDefinition? { bySigningName[name] }

    /// Runs an operation on a draft for another service.
    static let dispatch: CallContext.Dispatch = { context, service, operation, parameters throws(ServiceError) in
        guard let definition = signed(service), let model = definition.model().operation(operation),
            let handler = definition.operations[operation]
        else { throw notEmulated(service, operation, .query) }
        let input = Input(shape: model.input, fields: parameters.fields ?? Fields())
        if context.checksNextCall {
            // What the operation itself calls is its own affair.
            context.checksNextCall = false
            try Validation.check(input, definition.model())
            try Authorizer.check(definition, operation, input, context)
        }
        return try handler.body(&context, input).output
    }

    /// What the roles that services take on are named after, where that is not the service itself.
    private static let roleNames = [
        "autoscaling": "AutoScaling", "ecs": "ECS", "application-autoscaling": "ApplicationAutoScaling",
    ]

    /// What the services do by themselves, each with its own hands.
    ///
    /// - Parameter enforcesIAM: whether roles that services take on may do only what their policies allow.
    package static func automation(enforcesIAM: Bool) -> Automation {
        Automation(
            enforcesIAM: enforcesIAM,
            handle: { world, event, region in
                guard let reactions = signed(event.service)?.reactions else { return }
                let service = event.service
                let name = roleNames[service] ?? service
                let caller = Caller(
                    accessKeyID: "", accountID: world.accountID,
                    arn: "arn:aws:sts::\(world.accountID):assumed-role/AWSServiceRoleFor\(name)/\(name)", userID: name)
                var context = CallContext(
                    moving: &world, region: region, caller: caller, enforcesIAM: enforcesIAM, dispatch: dispatch)
                reactions.handle(&context, event)
                context.moveBack(to: &world)
            },
            isAwaited: { world, event, region in
                signed(event.service)?.reactions?.isAwaited(world, event, region) ?? false
            })
    }

    /// Never a 5xx: clients would try again and again.
    static func notEmulated(
        _ service: String, _ operation: String, _ wireProtocol: APIModel.WireProtocol
    ) -> ServiceError {
        ServiceError(
            wireProtocol == .ec2 || wireProtocol == .query ? "InvalidAction" : "UnknownOperationException",
            "The action \(operation) of \(service) exists on AWS and is not emulated here yet.",
            isNotEmulated: true)
    }
}
