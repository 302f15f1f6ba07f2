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
        case .poll, .retry: break
        }
        context.world.wake()
    }

    static func isAwaited(_ world: World, _ event: ServiceEvent, _ region: String) -> Bool {
        guard case .lambda(let event) = event else { return false }
        switch event {
        case .ready, .mapping: return true
        case .poll, .retry: return false
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
    }
}
