import CloudState
import ServiceModel

/// RequestSpotInstances, DescribeSpotInstanceRequests and CancelSpotInstanceRequests.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html>
enum SpotCalls {
    static let operations: [String: Handler] = [
        "RequestSpotInstances": .write(request),
        "DescribeSpotInstanceRequests": .read(describe),
        "CancelSpotInstanceRequests": .write(cancel),
    ]

    static let listing = Listing<SpotRequest>(
        kind: .spotRequest, table: { $0.spotRequests }, ids: "SpotInstanceRequestIds", tags: { $0.tags },
        filters: ownFilters.merging(launchFilters) { own, _ in own })

    private static let ownFilters: [String: Listing<SpotRequest>.FilterValues] = [
        "spot-instance-request-id": { request, _ in [request.id] },
        "state": { request, _ in [request.state.rawValue] },
        "status-code": { request, _ in [request.statusCode] },
        "status-message": { request, _ in [request.statusMessage] },
        "instance-id": { request, _ in request.state == .open ? [] : request.instanceID.map { [$0] } ?? [] },
        "type": { request, _ in [request.type] },
        "spot-price": { request, _ in [request.maximumPrice] },
        "create-time": { request, _ in [request.createTime.iso8601] },
        "launched-availability-zone": { request, _ in request.zone.map { [$0] } ?? [] },
        "product-description": { request, _ in [request.productDescription] },
        "launched-availability-zone-id": { request, _ in request.zoneID.map { [$0] } ?? [] },
        "valid-until": { request, _ in request.validUntil.map { [$0.iso8601] } ?? [] },
    ]

    /// Where in the launch specification a filter's values stand; no path for what no request here has.
    private static let launchFilters: [String: Listing<SpotRequest>.FilterValues] = [
        "launch.image-id": "ImageId", "launch.instance-type": "InstanceType", "launch.key-name": "KeyName",
        "launch.subnet-id": "SubnetId", "launch.kernel-id": "KernelId", "launch.ramdisk-id": "RamdiskId",
        "launch.monitoring-enabled": "Monitoring.Enabled", "launch.group-id": "SecurityGroups.GroupId",
        "launch.group-name": "SecurityGroups.GroupName",
        "launch.block-device-mapping.delete-on-termination": "BlockDeviceMappings.Ebs.DeleteOnTermination",
        "launch.block-device-mapping.device-name": "BlockDeviceMappings.DeviceName",
        "launch.block-device-mapping.snapshot-id": "BlockDeviceMappings.Ebs.SnapshotId",
        "launch.block-device-mapping.volume-size": "BlockDeviceMappings.Ebs.VolumeSize",
        "launch.block-device-mapping.volume-type": "BlockDeviceMappings.Ebs.VolumeType",
        "network-interface.addresses.primary": "NetworkInterfaces.PrivateIpAddresses.Primary",
        "network-interface.delete-on-termination": "NetworkInterfaces.DeleteOnTermination",
        "network-interface.description": "NetworkInterfaces.Description",
        "network-interface.device-index": "NetworkInterfaces.DeviceIndex",
        "network-interface.group-id": "NetworkInterfaces.Groups",
        "network-interface.network-interface-id": "NetworkInterfaces.NetworkInterfaceId",
        "network-interface.private-ip-address": "NetworkInterfaces.PrivateIpAddress",
        "network-interface.subnet-id": "NetworkInterfaces.SubnetId",
        "availability-zone-group": "", "fault-code": "", "fault-message": "", "launch-group": "", "valid-from": "",
    ].mapValues { path in
        let names = path.split(separator: ".").map(String.init)
        let values: Listing<SpotRequest>.FilterValues = { request, _ in
            texts(.structure(request.launchSpecification), names[...])
        }
        return values
    }

    private static func texts(_ value: Value, _ path: ArraySlice<String>) -> [String] {
        if let elements = value.elements { return elements.flatMap { texts($0, path) } }
        guard let name = path.first else {
            return switch value {
            case .string(let text): [text]
            case .integer(let number): ["\(number)"]
            case .boolean(let flag): ["\(flag)"]
            default: []
            }
        }
        return value[name].map { texts($0, path.dropFirst()) } ?? []
    }

    static func request(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("RequestSpotInstances", token, input, context) {
            let requests = known.split(separator: " ").compactMap { context.ec2.spotRequests[String($0)] }
            return Response(["SpotInstanceRequests": .list(requests, view)])
        }
        guard let specification = input.structure("LaunchSpecification") else {
            throw EC2Error.missingParameter("LaunchSpecification")
        }
        let count = input.integer("InstanceCount") ?? 1
        guard count >= 1 else {
            throw EC2Error.invalidParameter("Invalid value '\(count)' for instanceCount. Must be greater than 0.")
        }
        var launch = try InstanceLaunch(launchInput(specification, count: count), &context)
        var spot = try SpotOptions(
            type: input.string("Type"), price: input.string("SpotPrice"),
            behavior: input.string("InstanceInterruptionBehavior"), validUntil: input.timestamp("ValidUntil"),
            tags: TagRules.specified(input, for: .spotRequest), launch.type, context)
        spot.isFulfilledAtOnce = false
        spot.specification = specification.fields
        launch.spot = spot
        let before = context
        var made: [SpotRequest] = []
        do throws(ServiceError) {
            let (_, instances) = try RunInstances.start(launch, &context)
            made = instances.compactMap { $0.spotRequestID.flatMap { context.ec2.spotRequests[$0] } }
        } catch  where error.code == "InsufficientInstanceCapacity" {
            // The requests stay open until there is capacity.
            context = before
            for _ in 0..<count {
                var request = spot.make(productDescription: launch.image.platformDetails, &context)
                request.enter(
                    .open, "capacity-not-available",
                    "There is no Spot capacity available that matches your request.", at: context.now)
                context.ec2.spotRequests.insert(request)
                made.append(request)
            }
        }
        Idempotency.remember(
            "RequestSpotInstances", token, input, made.map(\.id).joined(separator: " "), &context)
        return Response(["SpotInstanceRequests": .list(made, view)])
    }

    /// A launch specification as RunInstances would be asked for it.
    private static func launchInput(_ specification: Input, count: Int) throws(ServiceError) -> Input {
        guard let shape = APIModel.ec2.operation("RunInstances")?.input else {
            throw ServiceError("InternalError", "An internal error has occurred", status: 500, fault: .receiver)
        }
        var fields = Value.structure(specification.fields).fitted(to: shape).fields ?? Fields()
        fields["MinCount"] = .integer(count)
        fields["MaxCount"] = .integer(count)
        return Input(shape: shape, fields: fields)
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try listing.page(input, context)
        return Response([
            "SpotInstanceRequests": .list(page.records, view), "NextToken": .optional(page.nextToken),
        ])
    }

    static func cancel(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let requests = try listing.records(input.strings("SpotInstanceRequestIds"), in: context.ec2.spotRequests)
        var cancelled: [Value] = []
        for var request in requests {
            // What is closed stays closed.
            if [.open, .active, .disabled].contains(request.state) {
                let runs = request.state == .active
                request.enter(
                    .cancelled,
                    runs ? "request-canceled-and-instance-running" : "canceled-before-fulfillment",
                    runs
                        ? "Your Spot request was canceled, but your instance(s) are still running."
                        : "Your Spot request was canceled before fulfillment.", at: context.now)
                context.ec2.spotRequests[request.id] = request
            }
            cancelled.append([
                "SpotInstanceRequestId": .string(request.id), "State": .string(request.state.rawValue),
            ])
        }
        return Response(["CancelledSpotInstanceRequests": .list(cancelled)])
    }

    private static func view(_ request: SpotRequest) -> Value {
        let hasInstance = request.state != .open
        return [
            "SpotInstanceRequestId": .string(request.id), "CreateTime": .timestamp(request.createTime),
            "InstanceId": hasInstance ? .optional(request.instanceID) : nil,
            "InstanceInterruptionBehavior": .string(request.interruptionBehavior),
            "LaunchSpecification": .structure(request.launchSpecification),
            "LaunchedAvailabilityZone": hasInstance ? .optional(request.zone) : nil,
            "ProductDescription": .string(request.productDescription), "SpotPrice": .string(request.maximumPrice),
            "State": .string(request.state.rawValue),
            "Status": [
                "Code": .string(request.statusCode), "Message": .string(request.statusMessage),
                "UpdateTime": .timestamp(request.statusTime),
            ],
            "Tags": request.tags.viewIfAny, "Type": .string(request.type),
            "ValidUntil": request.validUntil.map(Value.timestamp),
        ]
    }
}
