import CloudState
import ServiceModel

/// Moving messages from a dead letter queue back to where they came from, or elsewhere.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>
enum MoveCalls {
    static let operations: [String: Handler] = [
        "CancelMessageMoveTask": .write(cancel),
        "ListMessageMoveTasks": .read(list),
        "StartMessageMoveTask": .write(start),
    ]

    private static let kept = 10

    private static func missing(_ name: String) -> ServiceError {
        ServiceError(
            "ResourceNotFoundException",
            "The resource that you specified for the \(name) parameter doesn't exist.", status: 404)
    }

    static func start(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let source = context.queue(arn: input.string("SourceArn") ?? "") else { throw missing("SourceArn") }
        guard context.sqs.queues.contains(where: { Attributes.redrive($0.attributes)?.target == source.arn }) else {
            throw SQSError.parameter("Source queue must be configured as a Dead Letter Queue.")
        }
        let destination = input.string("DestinationArn")
        if let destination, context.queue(arn: destination) == nil { throw missing("DestinationArn") }
        guard !context.sqs.moves.contains(where: { $0.source == source.arn && $0.status == "RUNNING" }) else {
            throw ServiceError(
                "UnsupportedOperation",
                "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
            )
        }
        let task =
            "{\"taskId\":\"\(context.world.ids.uuid("\(context.region)/sqs/move"))\",\"sourceArn\":\"\(source.arn)\"}"
        let move = MessageMove(
            handle: Base64.encode(Array(task.utf8)), source: source.arn, destination: destination,
            rate: input.integer("MaxNumberOfMessagesPerSecond"), started: context.now, toMove: source.messages.count)
        let others = context.sqs.moves.filter { $0.source == source.arn }
        if others.count >= kept, let oldest = context.sqs.moves.firstIndex(where: { $0.source == source.arn }) {
            context.sqs.moves.remove(at: oldest)
        }
        context.sqs.moves.append(move)
        // Without a limit it takes no time here.
        if move.rate == nil { goOn(move.handle, &context) } else { scheduleNext(move.handle, &context) }
        return Response(["TaskHandle": .string(move.handle)])
    }

    private static func scheduleNext(_ handle: String, _ context: inout CallContext) {
        context.world.schedule(.event(.sqs(.move(handle: handle)), region: context.region), after: .seconds(1))
    }

    /// Moves what a second allows.
    static func goOn(_ handle: String, _ context: inout CallContext) {
        guard let place = context.sqs.moves.firstIndex(where: { $0.handle == handle }),
            context.sqs.moves[place].status == "RUNNING"
        else { return }
        var move = context.sqs.moves[place]
        guard var source = context.queue(arn: move.source) else {
            context.sqs.moves[place].status = "FAILED"
            return
        }
        var isBlocked = true
        for message in Array(source.messages).prefix(move.rate ?? .max) {
            guard let target = (move.destination ?? message.source).flatMap({ context.queue(arn: $0) })?.id,
                target != source.id
            else { continue }
            isBlocked = false
            source.messages.remove(message.id)
            var message = message
            message.receives = 0
            message.visible = context.now
            message.source = nil
            let moved = message
            context.sqs.queues.update(target) { $0.messages.insert(moved) }
            move.moved += 1
        }
        context.sqs.queues.insert(source)
        if isBlocked || source.messages.isEmpty { move.status = "COMPLETED" } else { scheduleNext(handle, &context) }
        context.sqs.moves[place] = move
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let source = context.queue(arn: input.string("SourceArn") ?? "") else { throw missing("SourceArn") }
        let most = input.integer("MaxResults") ?? 1
        guard (1...10).contains(most) else {
            throw SQSError.parameter(
                "Value \(most) for parameter MaxResults is invalid. Reason: Must be between 1 and 10, if provided.")
        }
        let moves = context.sqs.moves.filter { $0.source == source.arn }.reversed().prefix(most)
        return Response([
            "Results": .list(moves) { move in
                [
                    "TaskHandle": move.status == "RUNNING" ? .string(move.handle) : nil,
                    "Status": .string(move.status), "SourceArn": .string(move.source),
                    "DestinationArn": .optional(move.destination),
                    "MaxNumberOfMessagesPerSecond": move.rate.map(Value.integer),
                    "ApproximateNumberOfMessagesMoved": .integer(move.moved),
                    "ApproximateNumberOfMessagesToMove": .integer(move.toMove),
                    "StartedTimestamp": .integer(move.started.milliseconds),
                ]
            }
        ])
    }

    static func cancel(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let handle = input.string("TaskHandle") ?? ""
        guard let place = context.sqs.moves.firstIndex(where: { $0.handle == handle }) else {
            throw missing("TaskHandle")
        }
        guard context.sqs.moves[place].status == "RUNNING" else {
            throw ServiceError("UnsupportedOperation", "Only active tasks can be cancelled.")
        }
        context.sqs.moves[place].status = "CANCELLED"
        return Response(["ApproximateNumberOfMessagesMoved": .integer(context.sqs.moves[place].moved)])
    }
}

/// What SQS does by itself.
enum SQSReactions {
    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .sqs(.move(let handle)) = event else { return }
        MoveCalls.goOn(handle, &context)
        context.world.wake()
    }
}
