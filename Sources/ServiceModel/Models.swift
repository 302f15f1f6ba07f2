/// The models that are there, each read when it is first used.
extension APIModel {
    package static let ec2 = APIModel(ec2Text)
    package static let sts = APIModel(stsText)
    package static let iam = APIModel(iamText)
    package static let ssm = APIModel(ssmText)
    package static let kms = APIModel(kmsText)
    package static let elb = APIModel(elbText)
    package static let autoScaling = APIModel(autoScalingText)
    package static let cloudWatch = APIModel(cloudWatchText)
    package static let fis = APIModel(fisText)
    package static let s3 = APIModel(s3Text)
    package static let ecs = APIModel(ecsText)
    package static let logs = APIModel(logsText)
    package static let sqs = APIModel(sqsText)
    package static let lambda = APIModel(lambdaText)
    package static let ecr = APIModel(ecrText)
    package static let kinesis = APIModel(kinesisText)
    package static let eventBridge = APIModel(eventBridgeText)
    package static let scheduler = APIModel(schedulerText)
    package static let applicationAutoScaling = APIModel(applicationAutoScalingText)
    package static let serviceDiscovery = APIModel(serviceDiscoveryText)
}

extension APIModel {
    /// The model of a service by the name that AWS's SDK for Java has for it, for instance `eventbridge`.
    package static func named(sdkService name: String) -> APIModel? {
        switch name.lowercased() {
        case "ec2": ec2
        case "sts": sts
        case "iam": iam
        case "ssm": ssm
        case "kms": kms
        case "elasticloadbalancingv2": elb
        case "autoscaling": autoScaling
        case "cloudwatch": cloudWatch
        case "fis": fis
        case "s3": s3
        case "ecs": ecs
        case "ecr": ecr
        case "cloudwatchlogs": logs
        case "sqs": sqs
        case "lambda": lambda
        case "kinesis": kinesis
        case "eventbridge": eventBridge
        case "scheduler": scheduler
        case "applicationautoscaling": applicationAutoScaling
        case "servicediscovery": serviceDiscovery
        default: nil
        }
    }
}
