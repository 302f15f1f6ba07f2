/// How long AWS takes for what it does, in virtual time. Typical figures, one table for all services.
package enum Timings {
    /// From `RunInstances` or `StartInstances` to `running`.
    package static let instanceStart = Duration.seconds(12)
    /// From `StopInstances` to `stopped`.
    package static let instanceStop = Duration.seconds(35)
    package static let instanceForceStop = Duration.seconds(8)
    /// Writing memory to the root volume comes on top.
    package static let instanceHibernate = Duration.seconds(75)
    /// From `TerminateInstances` to `terminated`.
    package static let instanceTerminate = Duration.seconds(30)
    /// A terminated instance stays visible for about an hour.
    package static let instanceVanish = Duration.seconds(3600)
    /// From a request for a Spot Instance until there is one.
    package static let spotFulfilment = Duration.seconds(3)
    /// From `running` until user data has installed and started what it wants to; on a later boot, until services run.
    package static let userData = Duration.seconds(45)
    package static let serviceStart = Duration.seconds(15)
    /// From `running` until the status checks have passed.
    package static let statusChecks = Duration.seconds(120)

    /// From `CreateNatGateway` to `available`.
    package static let natGatewayCreate = Duration.seconds(110)
    /// From `DeleteNatGateway` to `deleted`.
    package static let natGatewayDelete = Duration.seconds(45)
    /// A deleted NAT gateway stays visible for about an hour.
    package static let natGatewayVanish = Duration.seconds(3600)
    /// Until a further address of a NAT gateway is ready, or gone.
    package static let natGatewayAddress = Duration.seconds(15)
    /// An empty volume, or one of a snapshot, from `creating` to `available`.
    package static let volumeCreate = Duration.seconds(4)
    package static let volumeAttach = Duration.seconds(3)
    package static let volumeDetach = Duration.seconds(6)
    package static let volumeDelete = Duration.seconds(5)
    /// From `modifying` to `optimizing`, and from there to `completed`.
    package static let volumeModify = Duration.seconds(6)
    package static let volumeOptimize = Duration.seconds(180)
    package static let snapshot = Duration.seconds(90)
    package static let image = Duration.seconds(120)
    package static let interfaceAttach = Duration.seconds(2)
    package static let interfaceDetach = Duration.seconds(5)
    /// How long an attachment that was undone is still found by its id.
    package static let interfaceForget = Duration.seconds(120)
    package static let pathAnalysis = Duration.seconds(20)
    package static let prefixList = Duration.seconds(3)
    /// A gateway endpoint is there at once; interfaces take their time.
    package static let interfaceEndpoint = Duration.seconds(60)
    package static let endpointDelete = Duration.seconds(30)
    /// From `CreateLoadBalancer` to `active`.
    package static let loadBalancerCreate = Duration.seconds(120)
    /// Until the network interfaces of a deleted load balancer are gone.
    package static let loadBalancerDelete = Duration.seconds(60)
    /// From `RegisterTargets` to the first health check.
    package static let targetRegistration = Duration.seconds(5)
    /// How long the name of a load balancer still leads to a zone that has failed: Route 53's health checks and the
    /// records' time to live.
    package static let loadBalancerZoneFailover = Duration.seconds(60)
    package static let peering = Duration.seconds(3)
    /// A deleted or rejected peering connection stays visible for two hours.
    package static let peeringVanish = Duration.seconds(7200)
    /// A task's network interface, coming and going.
    package static let taskInterface = Duration.seconds(4)
    /// From `PENDING` to `RUNNING`: the images are fetched and the containers start.
    package static let taskStart = Duration.seconds(15)
    /// Until the containers of a task that is to stop have ended.
    package static let taskStop = Duration.seconds(5)
    /// A stopped task stays visible for about an hour.
    package static let taskForget = Duration.seconds(3600)
    /// From `running` until the container agent of an instance has registered.
    package static let agentRegistration = Duration.seconds(60)
    /// Until a new or changed function can be invoked.
    package static let lambdaFunction = Duration.milliseconds(1500)
    /// The same for one with network interfaces in a VPC.
    package static let lambdaNetwork = Duration.seconds(45)
    /// From one state of an event source mapping to the next.
    package static let eventSourceMapping = Duration.seconds(8)
    /// From one state of a Kinesis stream to the next.
    package static let kinesisStream = Duration.seconds(15)
    /// The same of a stream's consumer.
    package static let kinesisConsumer = Duration.seconds(5)
    /// From an event's arrival on a bus to its targets.
    package static let eventDelivery = Duration.milliseconds(300)
    /// From the start of an archive's replay until its events have come.
    package static let eventReplay = Duration.seconds(10)
    /// Until a deleted group of schedules is gone.
    package static let scheduleGroupDelete = Duration.seconds(5)
    /// From CreateHttpNamespace until there is one; one of DNS has a hosted zone made.
    package static let namespace = Duration.seconds(2)
    package static let namespaceZone = Duration.seconds(40)
    /// From RegisterInstance or DeregisterInstance until it is so.
    package static let instanceRegistration = Duration.seconds(1)
    /// From a log event to those who have subscribed to its group.
    package static let logDelivery = Duration.seconds(1)
}
