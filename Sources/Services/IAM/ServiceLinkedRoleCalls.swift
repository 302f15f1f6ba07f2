import CloudState
import PolicyEngine
import ServiceModel

/// Roles that belong to a service.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html>
enum ServiceLinkedRoleCalls {
    static let operations: [String: Handler] = [
        "CreateServiceLinkedRole": .write(create),
        "DeleteServiceLinkedRole": .write(delete),
        "GetServiceLinkedRoleDeletionStatus": .read(status),
    ]

    private struct Facts {
        var role: String
        var policy: String?
        var takesSuffix = false
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html>
    private static func facts(_ service: String) -> Facts? {
        switch service {
        case "autoscaling.amazonaws.com":
            Facts(
                role: "AWSServiceRoleForAutoScaling", policy: "AutoScalingServiceRolePolicy", takesSuffix: true)
        case "elasticloadbalancing.amazonaws.com":
            Facts(
                role: "AWSServiceRoleForElasticLoadBalancing", policy: "AWSElasticLoadBalancingServiceRolePolicy")
        case "ecs.amazonaws.com":
            Facts(
                role: "AWSServiceRoleForECS", policy: "AmazonECSServiceRolePolicy")
        case "eks.amazonaws.com":
            Facts(
                role: "AWSServiceRoleForAmazonEKS", policy: "AmazonEKSServiceRolePolicy")
        case "eks-nodegroup.amazonaws.com":
            Facts(
                role: "AWSServiceRoleForAmazonEKSNodegroup", policy: "AWSServiceRoleForAmazonEKSNodegroup")
        case "eks-fargate.amazonaws.com": Facts(role: "AWSServiceRoleForAmazonEKSForFargate")
        case "spot.amazonaws.com":
            Facts(
                role: "AWSServiceRoleForEC2Spot", policy: "AWSEC2SpotServiceRolePolicy")
        case "spotfleet.amazonaws.com": Facts(role: "AWSServiceRoleForEC2SpotFleet")
        case "ecs.application-autoscaling.amazonaws.com":
            Facts(
                role: "AWSServiceRoleForApplicationAutoScaling_ECSService",
                policy: "AWSApplicationAutoscalingECSServicePolicy")
        case "lambda.application-autoscaling.amazonaws.com":
            Facts(role: "AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency")
        case "rds.amazonaws.com": Facts(role: "AWSServiceRoleForRDS")
        case "ssm.amazonaws.com": Facts(role: "AWSServiceRoleForAmazonSSM")
        case "ops.apigateway.amazonaws.com": Facts(role: "AWSServiceRoleForAPIGateway")
        case "elasticache.amazonaws.com": Facts(role: "AWSServiceRoleForElastiCache")
        case "es.amazonaws.com": Facts(role: "AWSServiceRoleForAmazonElasticsearchService")
        case "replication.ecr.amazonaws.com": Facts(role: "AWSServiceRoleForECRReplication")
        case "elasticbeanstalk.amazonaws.com": Facts(role: "AWSServiceRoleForElasticBeanstalk")
        case "opensearchservice.amazonaws.com": Facts(role: "AWSServiceRoleForAmazonOpenSearchService")
        case "config.amazonaws.com": Facts(role: "AWSServiceRoleForConfig")
        case "guardduty.amazonaws.com": Facts(role: "AWSServiceRoleForAmazonGuardDuty")
        case "organizations.amazonaws.com": Facts(role: "AWSServiceRoleForOrganizations")
        case "sso.amazonaws.com": Facts(role: "AWSServiceRoleForSSO")
        case "transitgateway.amazonaws.com": Facts(role: "AWSServiceRoleForVPCTransitGateway")
        case "batch.amazonaws.com": Facts(role: "AWSServiceRoleForBatch")
        case "backup.amazonaws.com": Facts(role: "AWSServiceRoleForBackup")
        case "kafka.amazonaws.com": Facts(role: "AWSServiceRoleForKafka")
        case "inspector2.amazonaws.com": Facts(role: "AWSServiceRoleForAmazonInspector2")
        default: nil
        }
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = input.string("AWSServiceName") ?? ""
        guard let facts = facts(service) else {
            throw IAMError.invalidInput(
                "Service name \(service.prefix(128)) is not a service that service-linked roles can be created for here."
            )
        }
        var name = facts.role
        if let suffix = input.string("CustomSuffix"), !suffix.isEmpty {
            guard facts.takesSuffix else {
                throw IAMError.invalidInput("Custom suffix is not allowed for \(service)")
            }
            name += "_\(suffix)"
        }
        guard context.iam.role(name) == nil else {
            throw IAMError.invalidInput(
                "Service role name \(name) has been taken in this account, please try a different suffix.")
        }
        let trust = try IAMRules.document(
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"\#(service)"},"Action":"sts:AssumeRole"}]}"#,
            as: .trust)
        var role = IAMRole(
            name: name, roleID: context.newUniqueID("AROA"), path: "/aws-service-role/\(service)/",
            accountID: context.accountID, createDate: context.now, trust: trust,
            description: input.string("Description"))
        role.linkedService = service
        if let policy = facts.policy { role.permissions.attach("arn:aws:iam::aws:policy/aws-service-role/\(policy)") }
        context.iam.roles.insert(role)
        return Response(["Role": IAMViews.role(role)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let role = try RoleCalls.named(input.string("RoleName"), context)
        guard let service = role.linkedService else {
            throw IAMError.invalidInput("Role \(role.name) is not a service-linked role.")
        }
        let task = "task/aws-service-role/\(service)/\(role.name)/\(context.world.ids.uuid("iam/deletion"))"
        context.iam.deletionTasks.insert(DeletionTask(id: task, role: role.name))
        context.iam.roles.remove(role.id)
        return Response(["DeletionTaskId": .string(task)])
    }

    static func status(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let task = input.string("DeletionTaskId") ?? ""
        guard context.iam.deletionTasks[task] != nil else {
            throw IAMError.noSuchEntity("The deletion task with id \(task) cannot be found.")
        }
        return Response(["Status": "SUCCEEDED"])
    }
}
