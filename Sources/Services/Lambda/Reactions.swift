import CloudState
import ServiceModel

/// What Lambda does by itself: functions become active, mappings get to their next state.
enum Reactions {
    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .lambda(let event) = event else { return }
        switch event {
        case .ready(let name, let revision):
            context.lambda.functions.update(name) { function in
                guard function.latest.revisionID == revision else { return }
                function.latest.isActive = true
                function.latest.isUpdated = true
            }
        case .mapping(let id): settle(id, &context)
        case .poll(let id):
            return EventSourceCalls.isStream(id, context.world, context.region)
                ? StreamPoll.poll(id, &context) : QueuePoll.poll(id, &context)
        case .retry(let event): Completion.retry(event, &context)
        }
        context.world.wake()
    }

    static func isAwaited(_ world: World, _ event: ServiceEvent, _ region: String) -> Bool {
        guard case .lambda(let event) = event else { return false }
        switch event {
        case .ready, .mapping, .retry: return true
        case .poll(let id):
            return EventSourceCalls.isStream(id, world, region)
                ? StreamPoll.hasWork(id, world, region) : QueuePoll.hasWork(id, world, region)
        }
    }

    private static func settle(_ id: String, _ context: inout CallContext) {
        guard var mapping = context.lambda.eventSourceMappings[id] else { return }
        guard mapping.state != "Deleting" else {
            context.lambda.eventSourceMappings.remove(id)
            return
        }
        mapping.state = mapping.isEnabled ? "Enabled" : "Disabled"
        context.lambda.eventSourceMappings.insert(mapping)
        guard mapping.isEnabled else { return }
        if EventSourceCalls.isStream(id, context.world, context.region) {
            StreamPoll.poll(id, &context)
        } else {
            QueuePoll.poll(id, &context)
        }
    }
}
