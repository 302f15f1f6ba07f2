import CloudState
import ServiceModel

/// Groups of schedules.
///
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html>
enum GroupCalls {
    static let operations: [String: Handler] = [
        "CreateScheduleGroup": .write(create),
        "DeleteScheduleGroup": .write(delete),
        "GetScheduleGroup": .read(get),
        "ListScheduleGroups": .read(list),
    ]

    private static let most = 500

    static func group(_ name: String, _ context: CallContext) throws(ServiceError) -> ScheduleGroup {
        guard let group = context.scheduler.groups[name] else {
            throw SchedulerError.notFound("Schedule group \(name) does not exist.")
        }
        return group
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("Name") ?? ""
        guard context.scheduler.groups[name] == nil else {
            throw SchedulerError.conflict("Schedule group \(name) already exists.")
        }
        guard context.scheduler.groups.count < most else {
            throw SchedulerError.quota("The number of schedule groups exceeds the limit of \(most).")
        }
        var group = ScheduleGroup(
            name: name, arn: "arn:aws:scheduler:\(context.region):\(context.accountID):schedule-group/\(name)",
            created: context.now)
        for tag in input.structures("Tags") { group.tags[tag.string("Key") ?? ""] = tag.string("Value") ?? "" }
        context.scheduler.groups.insert(group)
        return Response(["ScheduleGroupArn": .string(group.arn)])
    }

    /// Its schedules go with it, after a moment.
    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("Name") ?? ""
        guard name != ScheduleGroup.standard else {
            throw SchedulerError.validation("The default schedule group cannot be deleted.")
        }
        var group = try group(name, context)
        guard !group.isDeleting else {
            throw SchedulerError.conflict("Schedule group \(name) is being deleted.")
        }
        group.isDeleting = true
        context.scheduler.groups.insert(group)
        context.world.schedule(
            .event(.scheduler(.groupDeleted(name: name)), region: context.region), after: Timings.scheduleGroupDelete)
        return .empty
    }

    private static func view(_ group: ScheduleGroup) -> Value {
        [
            "Arn": .string(group.arn), "Name": .string(group.id),
            "State": group.isDeleting ? "DELETING" : "ACTIVE", "CreationDate": .timestamp(group.created),
            "LastModificationDate": .timestamp(group.created),
        ]
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(view(try group(input.string("Name") ?? "", context)))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let prefix = input.string("NamePrefix") ?? ""
        let found = context.scheduler.groups.filter { $0.id.hasPrefix(prefix) }.sorted { $0.id < $1.id }
        let page = try SchedulerPaging.page(found, input)
        return Response(["ScheduleGroups": .list(page.items, view), "NextToken": page.token])
    }
}

/// Tags of groups.
///
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_TagResource.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "ListTagsForResource": .read(list), "TagResource": .write(tag), "UntagResource": .write(untag),
    ]

    private static func group(_ input: Input, _ context: CallContext) throws(ServiceError) -> ScheduleGroup {
        let arn = input.string("ResourceArn") ?? ""
        let name = arn.split(separator: "/").last.map(String.init) ?? ""
        let group = try GroupCalls.group(name, context)
        guard group.arn == arn else { throw SchedulerError.notFound("Schedule group \(name) does not exist.") }
        return group
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try group(input, context).tags
        return Response(["Tags": .list(tags.tags) { ["Key": .string($0.key), "Value": .string($0.value)] }])
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try group(input, context)
        for tag in input.structures("Tags") { group.tags[tag.string("Key") ?? ""] = tag.string("Value") ?? "" }
        guard group.tags.count <= 200 else {
            throw SchedulerError.quota("The number of tags exceeds the limit of 200.")
        }
        context.scheduler.groups.insert(group)
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try group(input, context)
        for key in input.strings("TagKeys") { group.tags[key] = nil }
        context.scheduler.groups.insert(group)
        return .empty
    }
}
