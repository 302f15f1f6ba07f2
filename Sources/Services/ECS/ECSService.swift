package import CloudState
import ServiceModel

/// Amazon Elastic Container Service: clusters, task definitions, tasks and services.
///
/// Tasks are modelled: they go through AWS's states and hold their addresses and ports, without a process behind them.
/// Where the world says that containers run, a task's way through its states follows what its processes do.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/Welcome.html>
package enum ECSService {
    package static let definition = ServiceDefinition(
        signingNames: ["ecs"], model: { .ecs },
        operations: groups.merged,
        reactions: ServiceReactions(
            handle: ECSReactions.handle, isAwaited: ECSReactions.isAwaited, complete: RunningTasks.complete))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        AccountSettingCalls.operations,
        AttributeCalls.operations,
        CapacityProviderCalls.operations,
        ClusterCalls.operations,
        ContainerInstanceCalls.operations,
        ServiceCalls.operations,
        ServiceDeployments.operations, ServiceRevisions.operations,
        ServiceLookups.operations, NamespaceLookups.operations,
        TagCalls.operations,
        TaskCalls.operations,
        TaskDefinitionCalls.operations,
        TaskDefinitionLookups.operations,
        TaskLookups.operations,
        TaskSetCalls.operations,
    ]
}

/// Events that are ECS's, handled one by one.
enum ECSReactions {
    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .ecs(let event) = event else { return }
        switch event {
        case .task(let id, let status): TaskRun.advance(id, from: status, &context)
        case .forget(let id): context.ecs.tasks.remove(id)
        case .service(let id): Scheduler.look(at: id, &context)
        case .agents: Agents.look(&context)
        }
    }

    static func isAwaited(_ world: World, _ event: ServiceEvent, _ region: String) -> Bool {
        guard case .ecs(let event) = event, let place = world.regions.firstIndex(where: { $0.name == region }) else {
            return false
        }
        switch event {
        case .task: return true
        case .forget: return false
        case .service(let id): return Scheduler.isAwaited(id, world.regions[place], world)
        case .agents: return Agents.isAwaited(world.regions[place], world.now)
        }
    }
}
