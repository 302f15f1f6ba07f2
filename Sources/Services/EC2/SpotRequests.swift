import CloudState
import ServiceModel

/// `InstanceMarketOptions` of a launch, where it asks for Spot Instances.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html>
struct SpotOptions {
    var type: String
    /// Dollars an hour at most, as answers write it.
    var maximumPrice: String
    var interruptionBehavior: String
    var validUntil: Timestamp?
    var tags: Tags
    /// False for RequestSpotInstances, whose requests are evaluated for a while.
    var isFulfilledAtOnce = true
    /// The members of `LaunchSpecification`.
    var specification = Fields()

    /// Nil where the launch is on demand.
    init?(_ input: Input, _ instanceType: InstanceType, _ context: CallContext) throws(ServiceError) {
        guard let market = input.structure("InstanceMarketOptions"), let wanted = market.string("MarketType") else {
            return nil
        }
        try InstanceLaunch.oneOf(
            wanted, ["spot", "capacity-block", "interruptible-capacity-reservation"], "marketType")
        guard wanted == "spot" else {
            throw ServiceError(
                "UnsupportedOperation", "No Capacity Reservation was specified for the market type '\(wanted)'.")
        }
        let options = market.structure("SpotOptions")
        try self.init(
            type: options?.string("SpotInstanceType"), price: options?.string("MaxPrice"),
            behavior: options?.string("InstanceInterruptionBehavior"), validUntil: options?.timestamp("ValidUntil"),
            tags: TagRules.specified(
                input, for: .spotRequest, allowing: [.instance, .volume, .networkInterface, .spotRequest]),
            instanceType, context)
        var specification = input.fields
        for name in ["TagSpecifications", "SecurityGroups"] { specification[name] = nil }
        self.specification = specification
    }

    init(
        type: String?, price: String?, behavior: String?, validUntil: Timestamp?, tags: Tags,
        _ instanceType: InstanceType, _ context: CallContext
    ) throws(ServiceError) {
        self.type = type ?? "one-time"
        try InstanceLaunch.oneOf(self.type, ["one-time", "persistent"], "spotInstanceType")
        interruptionBehavior = behavior ?? "terminate"
        try InstanceLaunch.oneOf(
            interruptionBehavior, ["hibernate", "stop", "terminate"], "instanceInterruptionBehavior")
        guard self.type == "persistent" || interruptionBehavior == "terminate" else {
            throw EC2Error.invalidCombination(
                "Interruption behavior '\(interruptionBehavior)' is only supported for persistent Spot requests.")
        }
        self.validUntil = validUntil
        self.tags = tags
        let onDemand = Self.price(instanceType, isSpot: false, context)
        guard let price, !price.isEmpty else {
            maximumPrice = onDemand
            return
        }
        guard let dollars = Double(price), dollars > 0, dollars < 10_000, price.utf8.count <= 20 else {
            throw EC2Error.invalidParameter("Invalid value '\(price.prefix(64))' for spotPrice.")
        }
        let lowest = Self.price(instanceType, isSpot: true, context)
        guard Money(dollars: dollars) >= Money(dollars: Double(lowest) ?? 0) else {
            throw ServiceError(
                "SpotMaxPriceTooLow",
                "Your Spot request price of \(price) is lower than the minimum required Spot request fulfillment price of \(lowest)."
            )
        }
        maximumPrice = Self.sixDigits(Money(dollars: dollars))
    }

    /// Dollars an hour of a type, with six digits after the point, as Spot answers have them.
    static func price(
        _ type: InstanceType, isSpot: Bool, isWindows: Bool = false, _ context: CallContext
    ) -> String {
        let meter = Meter.instance(type: type.name, vCPUs: type.defaultVCPUs, isWindows: isWindows, isSpot: isSpot)
        return sixDigits(PriceList.rate(meter, in: context.region).hourly)
    }

    private static func sixDigits(_ amount: Money) -> String {
        let micro = amount.nanodollars / 1000
        let rest = String(micro % 1_000_000)
        return "\(micro / 1_000_000).\(String(repeating: "0", count: 6 - rest.utf8.count))\(rest)"
    }

    /// Makes the request that an instance fulfils, and returns its id.
    func request(for instance: Instance, _ context: inout CallContext) -> String {
        var request = make(productDescription: instance.platformDetails, &context)
        request.instanceID = instance.id
        request.zone = instance.zone
        request.zoneID = context.ec2.subnets[instance.subnetID]?.zoneID
        let groups = instance.networkInterfaceIDs.first.flatMap { context.ec2.networkInterfaces[$0]?.groupIDs } ?? []
        request.launchSpecification["SecurityGroups"] = InstanceViews.groupViews(groups, context.ec2)
        request.launchSpecification["SubnetId"] = .string(instance.subnetID)
        request.launchSpecification["Placement"] = ["AvailabilityZone": .string(instance.zone)]
        if isFulfilledAtOnce {
            request.enter(.active, "fulfilled", "Your spot request is fulfilled.", at: context.now)
        } else {
            context.world.schedule(
                .spotRequestFulfilled(id: request.id, region: context.region), after: Timings.spotFulfilment)
        }
        context.ec2.spotRequests.insert(request)
        return request.id
    }

    /// A request that no instance has been found for.
    func make(productDescription: String, _ context: inout CallContext) -> SpotRequest {
        var id: String
        repeat {
            id = "sir-\(IDGenerator.hexadecimal(context.world.ids.bits("\(context.region)/sir")).suffix(8))"
        } while context.ec2.spotRequests[id] != nil
        let shape = APIModel.ec2.shape(named: "LaunchSpecification")
        let fitting = shape.map { Value.structure(specification).fitted(to: $0) }?.fields ?? Fields()
        var request = SpotRequest(
            id: id, type: type, maximumPrice: maximumPrice, interruptionBehavior: interruptionBehavior,
            productDescription: productDescription.hasPrefix("Windows") ? "Windows" : "Linux/UNIX",
            launchSpecification: fitting, createTime: context.now)
        request.validUntil = validUntil
        request.tags = tags
        return request
    }
}
