import CloudState
import ServiceModel

/// Load balancer capacity units that are reserved.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyCapacityReservation.html>
enum CapacityCalls {
    static let operations: [String: Handler] = [
        "DescribeCapacityReservation": .read(describe),
        "ModifyCapacityReservation": .write(modify),
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(view(try ELBNamed.loadBalancer(input.string("LoadBalancerArn"), context)))
    }

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var balancer = try ELBNamed.loadBalancer(input.string("LoadBalancerArn"), context)
        let units = input.structure("MinimumLoadBalancerCapacity")?.integer("CapacityUnits")
        let resets = input.boolean("ResetCapacityReservation") ?? false
        guard resets != (units != nil) else {
            throw ELBError.validation(
                "Exactly one of MinimumLoadBalancerCapacity and ResetCapacityReservation must be specified")
        }
        guard balancer.kind != .gateway else {
            throw ELBError.configuration(
                "Capacity reservations are not supported for load balancers with type 'gateway'")
        }
        if let units {
            let minimum = balancer.kind == .application ? 100 : 2750 * balancer.zones.count
            guard units >= minimum, units <= 1_000_000 else {
                throw ELBError.validation("Capacity units '\(units)' must be between '\(minimum)' and '1000000'")
            }
        }
        balancer.capacityUnits = units
        balancer.capacityChanged = context.now
        context.elb.loadBalancers[balancer.id] = balancer
        return Response(view(balancer))
    }

    private static func view(_ balancer: LoadBalancer) -> Value {
        guard let units = balancer.capacityUnits else {
            return [
                "LastModifiedTime": balancer.capacityChanged.map { .timestamp($0) }, "DecreaseRequestsRemaining": 2,
            ]
        }
        let share = Double(units) / Double(Swift.max(1, balancer.zones.count))
        return [
            "LastModifiedTime": balancer.capacityChanged.map { .timestamp($0) }, "DecreaseRequestsRemaining": 2,
            "MinimumLoadBalancerCapacity": ["CapacityUnits": .integer(units)],
            "CapacityReservationState": .list(balancer.zones) {
                [
                    "State": ["Code": "provisioned"], "AvailabilityZone": .string($0.zone),
                    "EffectiveCapacityUnits": .double(share),
                ]
            },
        ]
    }
}
