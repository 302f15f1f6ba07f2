import CloudState
import ServiceModel

/// CreateFlowLogs, DeleteFlowLogs and DescribeFlowLogs.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html>
enum FlowLogCalls {
    static let operations: [String: Handler] = [
        "CreateFlowLogs": .write(create),
        "DeleteFlowLogs": .write(delete),
        "DescribeFlowLogs": .read(describe),
    ]

    /// What a log holds where no format was given.
    static let defaultFormat =
        "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"

    /// What all logs of a request have in common.
    private struct Request {
        var destinationType: String
        var destination: String?
        var logGroupName: String?
        var roleARN: String?
        var trafficType: String?
        var interval: Int
        var format: String

        init(_ input: Input) throws(ServiceError) {
            destinationType = input.string("LogDestinationType") ?? "cloud-watch-logs"
            destination = input.string("LogDestination").flatMap { $0.isEmpty ? nil : $0 }
            logGroupName = input.string("LogGroupName").flatMap { $0.isEmpty ? nil : $0 }
            roleARN = input.string("DeliverLogsPermissionArn")
            trafficType = input.string("TrafficType")
            interval = input.integer("MaxAggregationInterval") ?? 600
            format = input.string("LogFormat").flatMap { $0.isEmpty ? nil : $0 } ?? FlowLogCalls.defaultFormat
            guard destination == nil || logGroupName == nil else {
                throw ServiceError(
                    "InvalidParameter", "Please only provide LogGroupName or only provide LogDestination.")
            }
            guard destination != nil || logGroupName != nil else {
                throw ServiceError("InvalidParameter", "LogDestination can't be empty if LogGroupName is not provided.")
            }
            guard interval == 60 || interval == 600 else {
                throw ServiceError("InvalidParameter", "Invalid Flow Log Max Aggregation Interval")
            }
            switch destinationType {
            case "s3":
                guard logGroupName == nil else {
                    throw ServiceError(
                        "InvalidParameter", "LogDestination type must be cloud-watch-logs if LogGroupName is provided.")
                }
                guard destination?.hasPrefix("arn:aws:s3:::") ?? false else {
                    throw ServiceError(
                        "InvalidParameter", "LogDestination: \(destination?.prefix(256) ?? "") is not a valid S3 ARN.")
                }
                guard roleARN == nil else {
                    throw ServiceError("InvalidParameter", "DeliverLogsPermissionArn is not applicable for s3 delivery")
                }
            case "cloud-watch-logs":
                guard roleARN != nil else {
                    throw ServiceError(
                        "InvalidParameter",
                        "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.")
                }
            case "kinesis-data-firehose": break
            default:
                throw ServiceError("InvalidParameter", "Unknown LogDestinationType: \(destinationType.prefix(64))")
            }
        }
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let token = input.string("ClientToken") ?? ""
        let tags = try TagRules.specified(input, for: .flowLog)
        if let known = try Idempotency.known("CreateFlowLogs", token, input, context) {
            return answer(known.split(separator: " ").map(String.init), [], token)
        }
        let request = try Request(input)
        let type = input.string("ResourceType") ?? ""
        var made: [String] = []
        var unsuccessful: [Value] = []
        for id in input.strings("ResourceIds") {
            try check(id, type, context)
            guard request.trafficType != nil || type.hasPrefix("Transit") else {
                throw EC2Error.missingParameter("TrafficType")
            }
            let twin = context.ec2.flowLogs.contains { log in
                log.resourceID == id && log.trafficType == request.trafficType
                    && log.destination == request.destination && log.logGroupName == request.logGroupName
            }
            guard !twin else {
                unsuccessful.append([
                    "Error": [
                        "Code": "FlowLogAlreadyExists",
                        "Message":
                            "Error. There is an existing Flow Log with the same configuration and log destination.",
                    ],
                    "ResourceId": .string(id),
                ])
                continue
            }
            made.append(insert(request, id, tags, input, &context))
        }
        Idempotency.remember("CreateFlowLogs", token, input, made.joined(separator: " "), &context)
        return answer(made, unsuccessful, token)
    }

    private static func answer(_ ids: [String], _ unsuccessful: [Value], _ token: String) -> Response {
        Response([
            "ClientToken": token.isEmpty ? nil : .string(token), "FlowLogIds": .strings(ids),
            "Unsuccessful": .list(unsuccessful),
        ])
    }

    private static func insert(
        _ request: Request, _ resource: String, _ tags: Tags, _ input: Input, _ context: inout CallContext
    ) -> String {
        var log = FlowLog(
            id: context.newID("fl"), resourceID: resource, destinationType: request.destinationType,
            format: request.format, aggregationInterval: request.interval, creationTime: context.now)
        log.destination = request.destination
        log.logGroupName = request.logGroupName
        // A log group given by its ARN is shown by its name as well.
        if request.destinationType == "cloud-watch-logs" {
            if let arn = request.destination {
                log.logGroupName = arn.split(separator: ":").dropFirst(6).first.map(String.init)
            } else if let name = request.logGroupName {
                log.destination = "arn:aws:logs:\(context.region):\(context.accountID):log-group:\(name)"
            }
        }
        log.roleARN = request.roleARN
        log.crossAccountRoleARN = input.string("DeliverCrossAccountRole")
        log.trafficType = request.trafficType
        if let options = input.structure("DestinationOptions") {
            log.fileFormat = options.string("FileFormat") ?? "plain-text"
            log.hiveCompatiblePartitions = options.boolean("HiveCompatiblePartitions") ?? false
            log.perHourPartition = options.boolean("PerHourPartition") ?? false
        }
        log.tags = tags
        context.ec2.flowLogs.insert(log)
        return log.id
    }

    private static func check(_ id: String, _ type: String, _ context: CallContext) throws(ServiceError) {
        switch type {
        case "VPC":
            try ResourceKind.vpc.check(id)
            guard context.ec2.vpcs[id] != nil else { throw EC2Error.notFound(.vpc, [id]) }
        case "Subnet":
            try ResourceKind.subnet.check(id)
            guard context.ec2.subnets[id] != nil else { throw EC2Error.notFound(.subnet, [id]) }
        case "NetworkInterface":
            try ResourceKind.networkInterface.check(id)
            guard context.ec2.networkInterfaces[id] != nil else { throw EC2Error.notFound(.networkInterface, [id]) }
        default:
            throw EC2Error.invalidParameter("Invalid value '\(type.prefix(64))' for ResourceType.")
        }
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let ids = input.strings("FlowLogIds")
        for id in ids { try ResourceKind.flowLog.check(id) }
        let missing = ids.filter { context.ec2.flowLogs[$0] == nil }
        guard missing.isEmpty else { throw EC2Error.notFound(.flowLog, missing) }
        for id in ids { context.ec2.flowLogs[id] = nil }
        return Response(["Unsuccessful": []])
    }

    private static let list = ItemList<FlowLog>(
        filters: [
            "flow-log-id": { [$0.id] }, "resource-id": { [$0.resourceID] }, "deliver-log-status": { _ in ["SUCCESS"] },
            "log-destination-type": { [$0.destinationType] }, "log-group-name": { $0.logGroupName.map { [$0] } ?? [] },
            "traffic-type": { $0.trafficType.map { [$0] } ?? [] },
        ],
        tags: { $0.tags })

    /// Ids that are not there are left out.
    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let ids = input.strings("FlowLogIds")
        for id in ids { try ResourceKind.flowLog.check(id) }
        let logs = try list.selected(context.ec2.flowLogs, input, parameter: "Filter").filter {
            ids.isEmpty || ids.contains($0.id)
        }
        let page = try Paging.page(logs, input, sizes: 1...1000)
        return Response(["FlowLogs": .list(page.items, view), "NextToken": page.nextToken])
    }

    private static func view(_ log: FlowLog) -> Value {
        [
            "CreationTime": .timestamp(log.creationTime), "DeliverLogsPermissionArn": .optional(log.roleARN),
            "DeliverCrossAccountRole": .optional(log.crossAccountRoleARN), "DeliverLogsStatus": "SUCCESS",
            "FlowLogId": .string(log.id), "FlowLogStatus": "ACTIVE", "LogGroupName": .optional(log.logGroupName),
            "ResourceId": .string(log.resourceID), "TrafficType": .optional(log.trafficType),
            "LogDestinationType": .string(log.destinationType), "LogDestination": .optional(log.destination),
            "LogFormat": .string(log.format), "Tags": log.tags.view,
            "MaxAggregationInterval": .integer(log.aggregationInterval),
            "DestinationOptions": log.fileFormat.map {
                [
                    "FileFormat": .string($0), "HiveCompatiblePartitions": .boolean(log.hiveCompatiblePartitions),
                    "PerHourPartition": .boolean(log.perHourPartition),
                ]
            },
        ]
    }
}
