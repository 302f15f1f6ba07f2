/// The actions that are emulated.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html>
struct ActionKind: Sendable {
    struct Parameter: Sendable {
        let name: String
        let description: String
        let isRequired: Bool

        init(_ name: String, _ description: String, required: Bool = false) {
            self.name = name
            self.description = description
            isRequired = required
        }
    }

    /// For instance `aws:ec2:stop-instances`.
    let id: String
    let description: String
    /// The action's name for its target and the type of resources; nil where it has none.
    let target: (name: String, type: String)?
    let parameters: [Parameter]

    static func named(_ id: String) -> ActionKind? { byID[id] }

    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

    private static let duration = Parameter(
        "duration", "The duration of the action (ISO 8601 duration).", required: true)
    private static let percentage = Parameter(
        "percentage", "The percentage of calls that fail (1-100).", required: true)
    private static let zones = Parameter(
        "availabilityZoneIdentifiers", "The Availability Zones, names or ids, separated by commas.", required: true)
    private static let apiParameters = [
        duration, Parameter("service", "The API namespace: ec2.", required: true), percentage,
        Parameter("operations", "The operations, separated by commas.", required: true),
    ]
    private static let instances = (name: "Instances", type: "aws:ec2:instance")
    private static let roles = (name: "Roles", type: "aws:iam:role")

    static let all: [ActionKind] = [
        ActionKind(
            id: "aws:cloudwatch:assert-alarm-state", description: "Asserts that alarms are in the expected states.",
            target: nil,
            parameters: [
                Parameter("alarmArns", "The ARNs of the alarms, separated by commas.", required: true),
                Parameter("alarmStates", "The expected states, separated by commas.", required: true),
            ]),
        ActionKind(
            id: "aws:ec2:api-insufficient-instance-capacity-error",
            description: "Returns InsufficientInstanceCapacity errors to requests of the target roles.", target: roles,
            parameters: [duration, zones, percentage]),
        ActionKind(
            id: "aws:ec2:asg-insufficient-instance-capacity-error",
            description: "Returns InsufficientInstanceCapacity errors to launches of the target groups.",
            target: ("AutoScalingGroups", "aws:ec2:autoscaling-group"),
            parameters: [
                duration, zones, Parameter("percentage", "The percentage of launches that fail (1-100)."),
            ]),
        ActionKind(
            id: "aws:ec2:reboot-instances", description: "Reboots the target instances.", target: instances,
            parameters: []),
        ActionKind(
            id: "aws:ec2:send-spot-instance-interruptions", description: "Interrupts the target Spot Instances.",
            target: ("SpotInstances", "aws:ec2:spot-instance"),
            parameters: [
                Parameter("durationBeforeInterruption", "The time until the interruption.", required: true)
            ]),
        ActionKind(
            id: "aws:ec2:stop-instances", description: "Stops the target instances.", target: instances,
            parameters: [
                Parameter("startInstancesAfterDuration", "The time after which the instances are started again."),
                Parameter(
                    "completeIfInstancesTerminated", "Whether the action completes if the instances are terminated."),
            ]),
        ActionKind(
            id: "aws:ec2:terminate-instances", description: "Terminates the target instances.", target: instances,
            parameters: []),
        ActionKind(
            id: "aws:fis:inject-api-internal-error",
            description: "Returns internal errors to API requests of the target roles.", target: roles,
            parameters: apiParameters),
        ActionKind(
            id: "aws:fis:inject-api-throttle-error",
            description: "Returns throttling errors to API requests of the target roles.", target: roles,
            parameters: apiParameters),
        ActionKind(
            id: "aws:fis:inject-api-unavailable-error",
            description: "Returns unavailable errors to API requests of the target roles.", target: roles,
            parameters: apiParameters),
        ActionKind(
            id: "aws:fis:wait", description: "Waits.", target: nil, parameters: [duration]),
        ActionKind(
            id: "aws:network:disrupt-connectivity", description: "Denies traffic to and from the target subnets.",
            target: ("Subnets", "aws:ec2:subnet"),
            parameters: [
                duration,
                Parameter(
                    "scope", "Which traffic: all, availability-zone, dynamodb, prefix-list, s3 or vpc.", required: true),
                Parameter("prefixListIdentifier", "The prefix list, for the scope prefix-list."),
            ]),
        ActionKind(
            id: "aws:ssm:send-command", description: "Runs a document on the target instances.", target: instances,
            parameters: [
                duration, Parameter("documentArn", "The ARN of the document.", required: true),
                Parameter("documentParameters", "The document's parameters, as JSON."),
                Parameter("documentVersion", "The version of the document."),
            ]),
    ]

    /// Actions that AWS has and that are not emulated: those of services that are not.
    static func existsOnAWS(_ id: String) -> Bool {
        let parts = id.split(separator: ":")
        let services = [
            "arc", "directconnect", "dsql", "dynamodb", "ebs", "ec2", "ecs", "eks", "elasticache", "kinesis", "lambda",
            "memorydb", "network", "rds", "s3", "ssm",
        ]
        return parts.count == 3 && parts[0] == "aws" && services.contains(String(parts[1]))
    }
}

/// The types of resources that experiments work on.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/targets.html#resource-types>
struct TargetKind: Sendable {
    let type: String
    let description: String
    let parameters: [(name: String, description: String)]

    static func named(_ type: String) -> TargetKind? { all.first { $0.type == type } }

    private static let zone = (
        name: "availabilityZoneIdentifier", description: "The Availability Zone that contains the target subnets."
    )

    static let all: [TargetKind] = [
        TargetKind(type: "aws:ec2:autoscaling-group", description: "Auto Scaling groups", parameters: []),
        TargetKind(type: "aws:ec2:instance", description: "EC2 instances", parameters: []),
        TargetKind(type: "aws:ec2:spot-instance", description: "EC2 Spot Instances", parameters: []),
        TargetKind(
            type: "aws:ec2:subnet", description: "Subnets",
            parameters: [zone, (name: "vpc", description: "The VPC that contains the target subnets.")]),
        TargetKind(type: "aws:iam:role", description: "IAM roles", parameters: []),
    ]
}
