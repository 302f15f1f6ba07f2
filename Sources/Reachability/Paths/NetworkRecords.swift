import CloudState

/// A region's network as an analysis found it. An object, because the records are many tables, and every step of every
/// path looks at some of them: nothing is copied on the way.
final class NetworkRecords: Sendable {
    let ec2: EC2State

    init(_ ec2: EC2State) { self.ec2 = ec2 }
}
