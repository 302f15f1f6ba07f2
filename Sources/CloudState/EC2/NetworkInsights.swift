package import ServiceModel

/// A question to VPC Reachability Analyzer that is kept.
///
/// <https://docs.aws.amazon.com/vpc/latest/reachability/what-is-reachability-analyzer.html>
package struct NetworkInsightsPath: ResourceRecord {
    package var id: String
    package var created: Timestamp
    /// The ids of the two ends; the destination may be an address alone.
    package var source: String
    package var destination: String?
    package var sourceAddress: IPv4Address?
    package var destinationAddress: IPv4Address?
    /// `tcp` or `udp`.
    package var ipProtocol: String
    package var port: Int?
    /// `FilterAtSource` and `FilterAtDestination`, as they were given.
    package var filterAtSource: Fields?
    package var filterAtDestination: Fields?
    package var tags = Tags()

    package init(id: String, created: Timestamp, source: String, destination: String?, ipProtocol: String) {
        self.id = id
        self.created = created
        self.source = source
        self.destination = destination
        self.ipProtocol = ipProtocol
    }
}

/// One answer to such a question: what the network was when it was asked.
package struct NetworkInsightsAnalysis: ResourceRecord {
    package enum Status: String, Sendable { case running, succeeded }

    package var id: String
    package var pathID: String
    package var started: Timestamp
    package var status: Status = .running
    package var isPathFound: Bool
    /// `ForwardPathComponents`, `ReturnPathComponents` and `Explanations`, as answers have them.
    package var result: Fields
    package var filterInARNs: [String] = []
    package var filterOutARNs: [String] = []
    package var additionalAccounts: [String] = []
    package var tags = Tags()

    package init(id: String, pathID: String, started: Timestamp, isPathFound: Bool, result: Fields) {
        self.id = id
        self.pathID = pathID
        self.started = started
        self.isPathFound = isPathFound
        self.result = result
    }
}
