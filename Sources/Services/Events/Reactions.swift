import CloudState
import EventPatterns
import JSONValue
import Schedules
import ServiceModel
import TargetDelivery

/// What EventBridge does by itself: it matches events with rules and brings them to targets, and keeps schedules.
enum Reactions {
    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .events(let event) = event else { return }
        switch event {
        case .arrival(let event):
            keep(event, &context)
            for rule in context.events.rules where rule.bus == event.bus { match(event, rule, &context) }
        case .tick(let id, let revision): Ticks.run(id, revision, &context)
        case .replay(let name): Replays.run(name, &context)
        case .retry(let event, let rule, let target, let retries, let began):
            guard let rule = context.events.rules[rule], let target = rule.targets.first(where: { $0.id == target })
            else { break }
            deliver(event, rule, target, retries: retries, began: began, &context)
        }
        context.world.wake()
    }

    /// Schedules come again and again; nobody waits for them.
    static func isAwaited(_ world: World, _ event: ServiceEvent, _ region: String) -> Bool {
        guard case .events(let event) = event else { return false }
        switch event {
        case .arrival, .replay: return true
        case .tick, .retry: return false
        }
    }

    static func match(_ event: BusEvent, _ rule: EventRule, _ context: inout CallContext) {
        guard rule.isEnabled, let text = rule.pattern, let pattern = try? EventPattern(text),
            pattern.matches(event.document)
        else { return }
        trigger(event, rule, &context)
    }

    /// Brings an event to all targets of a rule.
    static func trigger(_ event: BusEvent, _ rule: EventRule, _ context: inout CallContext) {
        measure("TriggeredRules", rule, &context)
        for target in rule.targets {
            measure("Invocations", rule, &context)
            deliver(event, rule, target, retries: 0, began: context.now, &context)
        }
    }

    private static func deliver(
        _ event: BusEvent, _ rule: EventRule, _ target: EventTarget, retries: Int, began: Timestamp,
        _ context: inout CallContext
    ) {
        let delivery = delivery(event, rule, target, context.now)
        do throws(TargetDelivery.Failure) {
            try delivery.send(&context)
        } catch {
            var letter = DeadLetter(delivery: delivery, failure: error, retries: retries)
            if error.isRetriable {
                let age = (context.now.milliseconds - began.milliseconds) / 1000
                switch RetryPolicy(target.settings["RetryPolicy"]).next(retries: retries, age: age) {
                case .again(let delay):
                    measure("RetryInvocationAttempts", rule, &context)
                    context.world.schedule(
                        .event(
                            .events(
                                .retry(event, rule: rule.id, target: target.id, retries: retries + 1, began: began)),
                            region: context.region), after: .seconds(delay))
                    return
                case .exhausted(let condition): letter.condition = condition
                }
            }
            measure("FailedInvocations", rule, &context)
            bury(letter, rule, target, &context)
        }
    }

    /// What did not arrive.
    private struct DeadLetter {
        var delivery: TargetDelivery
        var failure: TargetDelivery.Failure
        var retries: Int
        /// Which limit of the policy is reached; nil where there was no use in trying again.
        var condition: String?
    }

    private static func delivery(
        _ event: BusEvent, _ rule: EventRule, _ target: EventTarget, _ now: Timestamp
    ) -> TargetDelivery {
        var key = event.id
        if let path = target.settings["KinesisParameters"]?["PartitionKeyPath"]?.text,
            let value = EventPath(path)?.value(in: event.document)
        {
            key = value.stringValue ?? value.serializedString()
        }
        return TargetDelivery(
            service: "events.amazonaws.com", source: rule.arn, arn: target.arn,
            role: target.settings["RoleArn"]?.text ?? rule.role, settings: target.settings,
            input: InputTemplate.input(target, event, rule, now), partitionKey: key, event: event,
            startedBy: "events-rule/\(rule.name)")
    }

    /// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>
    private static func bury(
        _ letter: DeadLetter, _ rule: EventRule, _ target: EventTarget, _ context: inout CallContext
    ) {
        let (delivery, failure) = (letter.delivery, letter.failure)
        guard let arn = target.settings["DeadLetterConfig"]?["Arn"]?.text else { return }
        guard let event = delivery.event, let queue = context.sqs.queues.first(where: { $0.arn == arn }),
            context.lets(delivery.service, sendTo: arn, for: rule.arn),
            context.world.autonomy.takes(bytes: delivery.input.utf8.count)
        else {
            measure("InvocationsFailedToBeSentToDlq", rule, &context)
            return
        }
        var attributes: [(String, String)] = [
            ("RULE_ARN", rule.arn), ("TARGET_ARN", target.arn), ("ERROR_CODE", failure.code),
            ("ERROR_MESSAGE", failure.message), ("RETRY_ATTEMPTS", "\(letter.retries)"),
        ]
        if let condition = letter.condition { attributes.append(("EXHAUSTED_RETRY_CONDITION", condition)) }
        _ = try? context.call(
            "sqs", "SendMessage",
            [
                "QueueUrl": .string(queue.url), "MessageBody": .string(event.document.serializedString()),
                "MessageAttributes": .map(
                    Fields(
                        attributes.map { name, value in
                            .init(
                                name: name,
                                value: ["DataType": "String", "StringValue": .string(String(value.prefix(1024)))])
                        })),
            ])
        measure("InvocationsSentToDlq", rule, &context)
    }

    private static func measure(_ name: String, _ rule: EventRule, _ context: inout CallContext) {
        context.world.addMetrics(
            [(name, 1, "Count")], namespace: "AWS/Events", dimension: ("RuleName", rule.name), region: context.region)
    }

    // MARK: Archives

    /// Bytes of the events that one archive keeps: they live in memory.
    private static let mostBytes = 16 * 1024 * 1024

    private static func keep(_ event: BusEvent, _ context: inout CallContext) {
        guard event.replay == nil else { return }
        for archive in context.events.archives where archive.bus == event.bus {
            if let text = archive.pattern {
                guard let pattern = try? EventPattern(text), pattern.matches(event.document) else { continue }
            }
            let size = event.document.serialized().count
            guard archive.bytes + size <= mostBytes else { continue }
            context.events.archives.update(archive.id) { archive in
                archive.events.append(event)
                archive.bytes += size
            }
        }
    }
}

/// Schedules of rules.
enum Ticks {
    static func schedule(_ rule: EventRule, _ context: inout CallContext) {
        guard rule.isEnabled, let text = rule.schedule, let expression = ScheduleExpression(text, isStrict: true),
            let due = expression.next(after: context.now, start: rule.started ?? context.now)
        else { return }
        context.world.agenda.schedule(
            .event(.events(.tick(rule: rule.id, revision: rule.revision)), region: context.region), at: due)
    }

    static func run(_ id: String, _ revision: Int, _ context: inout CallContext) {
        guard let rule = context.events.rules[id], rule.revision == revision, rule.isEnabled else { return }
        let event = BusEvent(
            id: context.world.ids.uuid("\(context.region)/events/event"), bus: rule.bus, source: "aws.events",
            detailType: "Scheduled Event", detail: .object([:]), resources: [rule.arn], time: context.now,
            account: context.accountID, region: context.region)
        Reactions.trigger(event, rule, &context)
        schedule(rule, &context)
    }
}

/// Replays of archives.
enum Replays {
    static func run(_ name: String, _ context: inout CallContext) {
        guard var replay = context.events.replays[name], replay.state == "STARTING" else { return }
        let filters = replay.settings["Destination"]?["FilterArns"]?.elements?.compactMap(\.text) ?? []
        if let archive = context.events.archives[replay.archive],
            case .timestamp(let from)? = replay.settings["EventStartTime"],
            case .timestamp(let to)? = replay.settings["EventEndTime"]
        {
            for event in archive.events where event.time >= from && event.time < to {
                var event = event
                event.replay = name
                replay.last = event.time
                for rule in context.events.rules where rule.bus == event.bus {
                    guard filters.isEmpty || filters.contains(rule.arn) else { continue }
                    Reactions.match(event, rule, &context)
                }
            }
        }
        replay.state = "COMPLETED"
        replay.ended = context.now
        context.events.replays.insert(replay)
    }
}
