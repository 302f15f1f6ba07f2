package import ServiceModel

extension ContainerService {
    /// A part of a service that is deployed by somebody else than ECS.
    ///
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html>
    package struct TaskSet: Sendable, Equatable {
        package var arn: String
        /// What its tasks are made of; its id is that of the task set.
        package var deployment: Deployment
        /// `PRIMARY`, `ACTIVE` or `DRAINING`.
        package var status = "ACTIVE"
        /// Percent of the service's desired count.
        package var scale: Double
        package var externalID: String?
        package var loadBalancers: [Value] = []
        package var registries: [Value] = []
        package var clientToken: String?
        package var tags: Tags

        /// The set's id: `ecs-svc/` and digits.
        package var id: String { deployment.id }

        package init(arn: String, deployment: Deployment, scale: Double, tags: Tags) {
            self.arn = arn
            self.deployment = deployment
            self.scale = scale
            self.tags = tags
        }

        /// How many tasks the set is to have.
        package func desired(of count: Int) -> Int {
            status == "DRAINING" ? 0 : Int((Double(count) * scale / 100).rounded(.up))
        }
    }

    /// The load balancers that a task is registered with: the service's, or its task set's.
    package func loadBalancers(of task: ContainerTask) -> [Value] {
        taskSets.first { $0.id == task.deploymentID }?.loadBalancers ?? loadBalancers
    }

    /// The services of Cloud Map that a task is registered in.
    package func registries(of task: ContainerTask) -> [Value] {
        taskSets.first { $0.id == task.deploymentID }?.registries ?? registries
    }
}
