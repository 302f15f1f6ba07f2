package import ServiceModel

/// Amazon Kinesis Data Streams' records in one region.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html>
package struct KinesisState: Sendable, Equatable {
    /// By name.
    package var streams = ResourceTable<KinesisStream>()
    /// Bytes of all records.
    package var storedBytes = 0
    /// When the account committed itself to a minimum of throughput; nil where it did not.
    package var committed: Timestamp?

    package init() {}
}

extension CallContext {
    /// Kinesis's records in the region that was called.
    package var kinesis: KinesisState {
        get { world.regions[regionIndex].kinesis }
        _modify { yield &world.regions[regionIndex].kinesis }
    }
}

/// What Kinesis does by itself.
package enum KinesisEvent: Sendable, Equatable {
    /// A stream that was made or changed is `ACTIVE` again, a deleted one gone.
    case settled(stream: String, created: Timestamp)
    /// The same for a consumer.
    case consumer(arn: String)
}

/// A data stream.
package struct KinesisStream: ResourceRecord {
    package enum Status: String, Sendable, Equatable {
        case creating = "CREATING"
        case active = "ACTIVE"
        case updating = "UPDATING"
        case deleting = "DELETING"
    }

    /// What an update does to the shards when it has come to its end.
    package enum Reshaping: Sendable, Equatable {
        case split(shard: Int, at: UInt128)
        case merge(shard: Int, with: Int)
        case count(Int)
    }

    package var id: String
    package var arn: String
    package var status = Status.creating
    package var created: Timestamp
    /// Hours.
    package var retention = 24
    package var isOnDemand: Bool
    /// All that still hold records or take them, oldest first; a shard's place is its number.
    package var shards: [StreamShard] = []
    package var reshaping: Reshaping?
    package var consumers: [StreamConsumer] = []
    /// Shard-level metrics, sorted.
    package var metrics: [String] = []
    /// The key that encrypts it; nil for none.
    package var keyID: String?
    package var policy: String?
    /// KiB.
    package var largestRecord = 1024
    /// MiB a second.
    package var warmThroughput: Int?
    package var tags: Tags

    package init(name: String, arn: String, created: Timestamp, isOnDemand: Bool, tags: Tags) {
        id = name
        self.arn = arn
        self.created = created
        self.isOnDemand = isOnDemand
        self.tags = tags
    }

    /// The shards that take records.
    package var open: [StreamShard] { shards.filter { $0.closed == nil } }

    /// Adds an open shard.
    package mutating func addShard(
        _ range: ClosedRange<UInt128>, parent: Int? = nil, adjacentParent: Int? = nil, now: Timestamp
    ) {
        shards.append(
            StreamShard(number: shards.count, range: range, parent: parent, adjacentParent: adjacentParent, now: now))
    }
}

/// A reader with throughput of its own.
package struct StreamConsumer: Sendable, Equatable {
    package enum Status: String, Sendable, Equatable {
        case creating = "CREATING"
        case active = "ACTIVE"
        case deleting = "DELETING"
    }

    package var name: String
    package var arn: String
    package var status = Status.creating
    package var created: Timestamp
    package var tags: Tags

    package init(name: String, arn: String, created: Timestamp, tags: Tags) {
        self.name = name
        self.arn = arn
        self.created = created
        self.tags = tags
    }
}
