/// A placement group: how instances are laid out on hardware.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-groups.html>
package struct PlacementGroup: ResourceRecord {
    package enum Strategy: String, Sendable { case cluster, partition, spread }

    /// `pg-…`.
    package var id: String
    package var name: String
    package var strategy: Strategy
    /// For partition groups, 1…7.
    package var partitionCount: Int?
    /// For spread groups, `rack` or `host`.
    package var spreadLevel: String?
    package var tags = Tags()

    package init(id: String, name: String, strategy: Strategy) {
        self.id = id
        self.name = name
        self.strategy = strategy
    }
}
