package import ServiceModel

/// An EC2 instance whose agent has registered with a cluster.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instances.html>
package struct ContainerInstance: ResourceRecord {
    package var id: String
    package var arn: String
    package var clusterName: String
    package var instanceID: String
    package var zone: String
    package var instanceType: String
    /// `ACTIVE` or `DRAINING`.
    package var status = "ACTIVE"
    package var isConnected = true
    /// CPU units and MiB.
    package var cpu: Int
    package var memory: Int
    package var attributes: [Attribute]
    package var registered: Timestamp
    package var version = 1
    package var tags = Tags()

    package struct Attribute: Sendable, Equatable {
        package var name: String
        package var value: String?

        package init(_ name: String, _ value: String? = nil) {
            self.name = name
            self.value = value
        }
    }

    package init(
        id: String, arn: String, clusterName: String, instanceID: String, zone: String, instanceType: String, cpu: Int,
        memory: Int, attributes: [Attribute], registered: Timestamp
    ) {
        self.id = id
        self.arn = arn
        self.clusterName = clusterName
        self.instanceID = instanceID
        self.zone = zone
        self.instanceType = instanceType
        self.cpu = cpu
        self.memory = memory
        self.attributes = attributes
        self.registered = registered
    }

    /// The value of an attribute; an empty text where it has none; nil where there is no such attribute.
    package func attribute(_ name: String) -> String? {
        attributes.first { $0.name == name }.map { $0.value ?? "" }
    }
}
