import CloudState
import ServiceModel

/// CreateNetworkInsightsPath, DeleteNetworkInsightsPath and DescribeNetworkInsightsPaths.
///
/// <https://docs.aws.amazon.com/vpc/latest/reachability/create-paths.html>
enum NetworkInsightsPathCalls {
    static let operations: [String: Handler] = [
        "CreateNetworkInsightsPath": .write(create),
        "DeleteNetworkInsightsPath": .write(delete),
        "DescribeNetworkInsightsPaths": .read(describe),
    ]

    private static let listing = Listing<NetworkInsightsPath>(
        kind: .networkInsightsPath, table: { $0.networkInsightsPaths }, ids: "NetworkInsightsPathIds",
        tags: { $0.tags },
        filters: [
            "source": { path, _ in [path.source] },
            "destination": { path, _ in path.destination.map { [$0] } ?? [] },
            "protocol": { path, _ in [path.ipProtocol] },
            "filter-at-source.source-address": { path, _ in address(path.filterAtSource, "SourceAddress") },
            "filter-at-source.destination-address": { path, _ in address(path.filterAtSource, "DestinationAddress") },
            "filter-at-source.source-port-range": { path, _ in ports(path.filterAtSource, "SourcePortRange") },
            "filter-at-source.destination-port-range": { path, _ in ports(path.filterAtSource, "DestinationPortRange")
            },
            "filter-at-destination.source-address": { path, _ in address(path.filterAtDestination, "SourceAddress") },
            "filter-at-destination.destination-address": { path, _ in
                address(path.filterAtDestination, "DestinationAddress")
            },
            "filter-at-destination.source-port-range": { path, _ in ports(path.filterAtDestination, "SourcePortRange")
            },
            "filter-at-destination.destination-port-range": { path, _ in
                ports(path.filterAtDestination, "DestinationPortRange")
            },
        ], pageSizes: 1...100)

    private static func address(_ filter: Fields?, _ name: String) -> [String] {
        filter?[name]?.text.map { [$0] } ?? []
    }

    private static func ports(_ filter: Fields?, _ name: String) -> [String] {
        guard let range = filter?[name], let from = range["FromPort"]?.number, let to = range["ToPort"]?.number else {
            return []
        }
        return ["\(from)-\(to)"]
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try TagRules.specified(input, for: .networkInsightsPath)
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("CreateNetworkInsightsPath", token, input, context),
            let path = context.ec2.networkInsightsPaths[known]
        {
            return Response(["NetworkInsightsPath": view(path, context)])
        }
        let filter = input.structure("FilterAtSource")
        let destination = input.string("Destination").flatMap { $0.isEmpty ? nil : $0 }
        var destinationAddress = try address(input, "DestinationIp")
        if let filter, destinationAddress == nil { destinationAddress = try address(filter, "DestinationAddress") }
        guard destination != nil || destinationAddress != nil else { throw EC2Error.missingParameter("Destination") }
        guard !input.has("DestinationPort") || filter == nil, !input.has("DestinationIp") || filter == nil else {
            throw EC2Error.invalidCombination(
                "You cannot specify DestinationIp, SourceIp or DestinationPort together with a filter.")
        }
        var path = NetworkInsightsPath(
            id: context.newID("nip"), created: context.now, source: try end(input.id("Source"), context),
            destination: try destination.map { id throws(ServiceError) in try end(id, context) },
            ipProtocol: input.string("Protocol") ?? "tcp")
        path.sourceAddress = try address(input, "SourceIp")
        path.destinationAddress = try address(input, "DestinationIp")
        if let port = input.integer("DestinationPort") {
            guard (0...65_535).contains(port) else {
                throw EC2Error.invalidParameter(
                    "Invalid value '\(port)' for destinationPort. Must be between 0 and 65535.")
            }
            path.port = port
        }
        path.filterAtSource = try ranges(filter)
        path.filterAtDestination = try ranges(input.structure("FilterAtDestination"))
        path.tags = tags
        context.ec2.networkInsightsPaths.insert(path)
        Idempotency.remember("CreateNetworkInsightsPath", token, input, path.id, &context)
        return Response(["NetworkInsightsPath": view(path, context)])
    }

    /// A filter whose port ranges are in order.
    private static func ranges(_ filter: Input?) throws(ServiceError) -> Fields? {
        guard let filter else { return nil }
        for name in ["SourcePortRange", "DestinationPortRange"] {
            guard let range = filter.structure(name) else { continue }
            let from = range.integer("FromPort") ?? 0
            let to = range.integer("ToPort") ?? 65_535
            guard (0...65_535).contains(from), (0...65_535).contains(to), from <= to else {
                throw EC2Error.invalidParameter("Invalid value '\(from)-\(to)' for \(name).")
            }
        }
        return filter.fields
    }

    private static func address(_ input: Input, _ name: String) throws(ServiceError) -> IPv4Address? {
        guard let text = input.string(name), !text.isEmpty else { return nil }
        // A filter's addresses are in CIDR notation as often as not.
        let plain = text.hasSuffix("/32") ? text.dropLast(3) : text[...]
        guard let address = IPv4Address(plain) else {
            throw EC2Error.invalidParameter(
                "Invalid value '\(text.prefix(64))' for \(name). It is not an IPv4 address.")
        }
        return address
    }

    /// The kinds of resources that can be an end.
    private static let ends: [ResourceKind] = [
        .instance, .networkInterface, .internetGateway, .vpcPeering, .vpcEndpoint,
    ]

    /// An end's id, given as such or as an ARN; an error where there is no such resource.
    private static func end(_ text: String, _ context: CallContext) throws(ServiceError) -> String {
        let id = text.hasPrefix("arn:") ? String(text.split(separator: "/").last ?? "") : text
        guard let kind = ends.first(where: { id.hasPrefix($0.prefix + "-") }) else {
            throw EC2Error.invalidParameter(
                "The resource '\(text.prefix(256))' is not a supported source or destination.")
        }
        try kind.check(id)
        let state = context.ec2
        let exists =
            switch kind {
            case .instance: state.instances[id] != nil
            case .networkInterface: state.networkInterfaces[id] != nil
            case .internetGateway: state.internetGateways[id] != nil
            case .vpcPeering: state.vpcPeerings[id] != nil
            default: state.vpcEndpoints[id] != nil
            }
        guard exists else { throw EC2Error.notFound(kind, [id]) }
        return id
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.id("NetworkInsightsPathId")
        _ = try context.ec2.networkInsightsPaths.named(id, .networkInsightsPath)
        guard !context.ec2.networkInsightsAnalyses.contains(where: { $0.pathID == id }) else {
            throw ServiceError(
                "AnalysisExistsForNetworkInsightsPath",
                "The path '\(id)' has analyses. Delete them before you delete the path.")
        }
        context.ec2.networkInsightsPaths[id] = nil
        return Response(["NetworkInsightsPathId": .string(id)])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try listing.page(input, context)
        let paths = page.records.map { view($0, context) }
        return Response(["NetworkInsightsPaths": .list(paths), "NextToken": .optional(page.nextToken)])
    }

    static func view(_ path: NetworkInsightsPath, _ context: CallContext) -> Value {
        [
            "NetworkInsightsPathId": .string(path.id),
            "NetworkInsightsPathArn": .string(arn("network-insights-path", path.id, context)),
            "CreatedDate": .timestamp(path.created), "Source": .string(path.source),
            "Destination": .optional(path.destination),
            "SourceArn": .string(endARN(path.source, context)),
            "DestinationArn": .optional(path.destination.map { endARN($0, context) }),
            "SourceIp": .optional(path.sourceAddress?.description),
            "DestinationIp": .optional(path.destinationAddress?.description), "Protocol": .string(path.ipProtocol),
            "DestinationPort": path.port.map(Value.integer), "Tags": path.tags.viewIfAny,
            "FilterAtSource": path.filterAtSource.map(Value.structure),
            "FilterAtDestination": path.filterAtDestination.map(Value.structure),
        ]
    }

    static func arn(_ type: String, _ id: String, _ context: CallContext) -> String {
        "arn:aws:ec2:\(context.region):\(context.accountID):\(type)/\(id)"
    }

    private static func endARN(_ id: String, _ context: CallContext) -> String {
        arn(ends.first { id.hasPrefix($0.prefix + "-") }?.type ?? "resource", id, context)
    }
}

extension ResourceKind {
    static let networkInsightsPath = ResourceKind(
        "nip", type: "network-insights-path", noun: "network insights path", code: "InvalidNetworkInsightsPathId")
    static let networkInsightsAnalysis = ResourceKind(
        "nia", type: "network-insights-analysis", noun: "network insights analysis",
        code: "InvalidNetworkInsightsAnalysisId")
}
