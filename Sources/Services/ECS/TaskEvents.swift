import CloudState
import JSONValue
import ServiceModel

/// What tasks tell the default event bus.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html>
enum TaskEvents {
    /// Tells that a task has changed its state.
    static func announce(_ task: ContainerTask, _ context: inout CallContext) {
        guard context.world.hasListeners(context.region) else { return }
        let detail = JSON(describing: TaskViews.view(task, context, withTags: false))
        context.world.announce(
            "aws.ecs", "ECS Task State Change", detail, resources: [task.arn], region: context.region)
    }
}
