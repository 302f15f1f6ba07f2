import CloudState
import Reachability
import ServiceModel

/// StartNetworkInsightsAnalysis, DeleteNetworkInsightsAnalysis and DescribeNetworkInsightsAnalyses.
///
/// <https://docs.aws.amazon.com/vpc/latest/reachability/getting-started-cli.html>
enum NetworkInsightsAnalysisCalls {
    static let operations: [String: Handler] = [
        "StartNetworkInsightsAnalysis": .write(start),
        "DeleteNetworkInsightsAnalysis": .write(delete),
        "DescribeNetworkInsightsAnalyses": .read(describe),
    ]

    private static let listing = Listing<NetworkInsightsAnalysis>(
        kind: .networkInsightsAnalysis, table: { $0.networkInsightsAnalyses }, ids: "NetworkInsightsAnalysisIds",
        tags: { $0.tags },
        filters: [
            "path-found": { analysis, _ in analysis.status == .running ? [] : ["\(analysis.isPathFound)"] },
            "status": { analysis, _ in [analysis.status.rawValue] },
        ], pageSizes: 1...100)

    static func start(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try TagRules.specified(input, for: .networkInsightsAnalysis)
        let token = input.string("ClientToken") ?? ""
        let path = try context.ec2.networkInsightsPaths.named(
            input.id("NetworkInsightsPathId"), .networkInsightsPath)
        if let known = try Idempotency.known("StartNetworkInsightsAnalysis", token, input, context),
            let analysis = context.ec2.networkInsightsAnalyses[known]
        {
            return Response(["NetworkInsightsAnalysis": view(analysis, context)])
        }
        let verdict = analyze(path, input, context)
        var analysis = NetworkInsightsAnalysis(
            id: context.newID("nia"), pathID: path.id, started: context.now, isPathFound: verdict.isReachable,
            result: NetworkInsightsViews.result(verdict, context).fields ?? Fields())
        analysis.filterInARNs = input.strings("FilterInArns")
        analysis.filterOutARNs = input.strings("FilterOutArns")
        analysis.additionalAccounts = input.strings("AdditionalAccounts")
        analysis.tags = tags
        context.ec2.networkInsightsAnalyses.insert(analysis)
        context.schedule(.pathAnalyzed, analysis.id, after: Timings.pathAnalysis)
        Idempotency.remember("StartNetworkInsightsAnalysis", token, input, analysis.id, &context)
        return Response(["NetworkInsightsAnalysis": view(analysis, context)])
    }

    // MARK: The verdict

    private static func analyze(
        _ path: NetworkInsightsPath, _ input: Input, _ context: CallContext
    ) -> PathAnalysis {
        // The analyzer judges the configuration, whatever is broken at the moment.
        let analyzer = PathAnalyzer(context.ec2)
        var first: PathAnalysis?
        for port in ports(path, context.ec2) {
            var query = ReachabilityQuery(
                from: end(path.source), to: path.destination.map(end) ?? end(path),
                path.ipProtocol == "udp" ? .udp : .tcp,
                port: port)
            query.sourceAddress = path.sourceAddress ?? address(path.filterAtSource, "SourceAddress")
            query.destinationAddress = path.destinationAddress ?? address(path.filterAtSource, "DestinationAddress")
            let analysis = filtered(analyzer.analyze(query), input)
            if analysis.isReachable { return analysis }
            first = first ?? analysis
        }
        return first
            ?? analyzer.analyze(ReachabilityQuery(from: end(path.source), to: path.destination.map(end) ?? end(path)))
    }

    private static func end(_ id: String) -> ReachabilityEndpoint {
        switch id.prefix(while: { $0 != "-" }) {
        case "i": .instance(id: id)
        case "eni": .interface(id: id)
        default: .internetGateway(id: id)
        }
    }

    private static func end(_ path: NetworkInsightsPath) -> ReachabilityEndpoint {
        (path.destinationAddress ?? address(path.filterAtSource, "DestinationAddress")).map { .address($0) }
            ?? .internet
    }

    private static func address(_ filter: Fields?, _ name: String) -> IPv4Address? {
        filter?[name]?.text.flatMap { IPv4Address($0.hasSuffix("/32") ? $0.dropLast(3) : $0[...]) }
    }

    /// The port that was given; else those that any rule of a security group speaks of, for a path is found where one of
    /// them is open.
    private static func ports(_ path: NetworkInsightsPath, _ state: EC2State) -> [Int] {
        for filter in [path.filterAtSource, path.filterAtDestination] {
            if let port = filter?["DestinationPortRange"]?["FromPort"]?.number { return [port] }
        }
        if let port = path.port { return [port] }
        let named = state.securityGroups.flatMap { $0.rules.compactMap(\.fromPort) }.filter { $0 > 0 }
        return Array(Set(named + [80])).sorted().prefix(200).map { $0 }
    }

    /// Holds a path that was found against the components that it must or must not pass.
    private static func filtered(_ analysis: PathAnalysis, _ input: Input) -> PathAnalysis {
        guard analysis.isReachable else { return analysis }
        let passed = Set((analysis.forward + analysis.back).flatMap { [$0.id, $0.attachedTo ?? ""] })
        let id = { (arn: String) in String(arn.split(separator: "/").last ?? "") }
        let missing = input.strings("FilterInArns").map(id).filter { !passed.contains($0) }
        let unwanted = input.strings("FilterOutArns").map(id).filter { passed.contains($0) }
        guard let component = (missing + unwanted).first else { return analysis }
        var refused = analysis
        refused.explanations = [PathExplanation(.componentFilter, component)]
        return refused
    }

    // MARK: The other calls

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.id("NetworkInsightsAnalysisId")
        _ = try context.ec2.networkInsightsAnalyses.named(id, .networkInsightsAnalysis)
        context.ec2.networkInsightsAnalyses[id] = nil
        return Response(["NetworkInsightsAnalysisId": .string(id)])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try listing.page(input, context)
        let path = input.string("NetworkInsightsPathId")
        let start = input.timestamp("AnalysisStartTime")
        let end = input.timestamp("AnalysisEndTime")
        let analyses = page.records.filter { analysis in
            (path.map { $0 == analysis.pathID } ?? true) && (start.map { $0 <= analysis.started } ?? true)
                && (end.map { analysis.started <= $0 } ?? true)
        }
        return Response([
            "NetworkInsightsAnalyses": .list(analyses) { view($0, context) }, "NextToken": .optional(page.nextToken),
        ])
    }

    private static func view(_ analysis: NetworkInsightsAnalysis, _ context: CallContext) -> Value {
        var fields: Value = [
            "NetworkInsightsAnalysisId": .string(analysis.id),
            "NetworkInsightsAnalysisArn": .string(
                NetworkInsightsPathCalls.arn("network-insights-analysis", analysis.id, context)),
            "NetworkInsightsPathId": .string(analysis.pathID),
            "AdditionalAccounts": .list(analysis.additionalAccounts.map(Value.string)),
            "FilterInArns": .list(analysis.filterInARNs.map(Value.string)),
            "FilterOutArns": .list(analysis.filterOutARNs.map(Value.string)),
            "StartDate": .timestamp(analysis.started), "Status": .string(analysis.status.rawValue),
            "Tags": analysis.tags.viewIfAny,
        ]
        if analysis.status == .succeeded {
            fields.set("NetworkPathFound", .boolean(analysis.isPathFound))
            for field in analysis.result.fields { fields.set(field.name, field.value) }
        }
        return fields
    }
}
