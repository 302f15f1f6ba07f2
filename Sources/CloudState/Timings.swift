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
}
