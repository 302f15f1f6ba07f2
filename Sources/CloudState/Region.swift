package import ServiceModel

/// What an account has in one region.
package struct Region: Sendable, Equatable {
    package let name: String
    package let accountID: String
    package var ec2: EC2State
    package var kms = KMSState()
    package var ssm = SSMState()
    package var elb = ELBState()
    package var autoScaling = AutoScalingState()
    package var cloudWatch = CloudWatchState()
    package var fis = FISState()
    package var ecs = ECSState()
    package var logs = LogsState()
    package var sqs = SQSState()
    package var lambda = LambdaState()
    package var ecr = ECRState()
    package var kinesis = KinesisState()
    package var events: EventsState
    package var scheduler: SchedulerState
    package var applicationScaling = ApplicationScalingState()
    package var cloudMap = CloudMapState()

    /// A region as a new account finds it: with a default VPC.
    package init(name: String, accountID: String, ids: inout IDGenerator, now: Timestamp) {
        self.name = name
        self.accountID = accountID
        events = EventsState(region: name, accountID: accountID, now: now)
        scheduler = SchedulerState(region: name, accountID: accountID, now: now)
        ec2 = EC2State()
        ec2.createDefaultVPC(region: name, accountID: accountID, ids: &ids)
    }
}
