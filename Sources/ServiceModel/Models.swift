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
}
