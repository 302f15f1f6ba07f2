import GradeModel

/// What a page shows of a topology: the table's rows, their anchors, and which checks find fault with what.
struct TopologyView {
    let topology: Topology?
    /// The checks that were not content with a resource, by its id.
    private let complaints: [String: [(id: String, anchor: String)]]
    private let ids: Anchors
    private let rows: [Row]

    /// The most rows of the table.
    private static let mostRows = 500

    private struct Row {
        var resource: TopologyResource
        var place: String
        var anchor: String
    }

    /// `anchors` are those of the result's checks.
    init(_ result: GradeResult, anchors: [String]) {
        topology = result.topology
        var complaints: [String: [(id: String, anchor: String)]] = [:]
        for (check, anchor) in zip(result.checks, anchors) where check.verdict == .failed || check.verdict == .partial {
            for fact in check.evidence where !fact.holds && !fact.subject.isEmpty {
                if complaints[fact.subject]?.last?.anchor != anchor {
                    complaints[fact.subject, default: []].append((check.id, anchor))
                }
            }
        }
        self.complaints = complaints
        var ids = Anchors()
        var rows: [Row] = []
        for vpc in result.topology?.vpcs ?? [] {
            let name = vpc.label
            for resource in vpc.resources {
                rows.append(Row(resource: resource, place: name, anchor: ids.claim(resource.id, prefix: "res-")))
            }
            for zone in vpc.zones {
                for subnet in zone.subnets {
                    for resource in subnet.resources {
                        let place = "\(name) › \(zone.name) › \(subnet.label)"
                        rows.append(
                            Row(resource: resource, place: place, anchor: ids.claim(resource.id, prefix: "res-")))
                    }
                }
            }
        }
        self.ids = ids
        self.rows = rows
    }

    /// The id of a resource's row; nil where the table has none.
    func anchor(of id: String) -> String? {
        guard let anchor = ids.find(id), rows.prefix(Self.mostRows).contains(where: { $0.anchor == anchor }) else {
            return nil
        }
        return anchor
    }

    /// The ids of the checks that find fault with a resource.
    func complaints(about id: String) -> [String] { (complaints[id] ?? []).map(\.id) }

    var values: PageObject {
        let drawing = topology.map { TopologyDrawing($0, view: self) }
        let parts = (topology?.vpcs ?? []).filter { $0.isDefault == false || !$0.isEmpty }
        let left = rows.count - Self.mostRows
        return PageObject([
            "known": .flag(topology != nil), "region": .line(topology?.region),
            "anything": .flag(!parts.isEmpty), "drawing": .text(drawing?.markup ?? .empty),
            "hasRows": .flag(!rows.isEmpty), "rows": .list(rows.prefix(Self.mostRows).map(values)),
            "moreRows": .text(left > 0 ? Markup(trusted: "\(left)") : .empty),
        ])
    }

    private func values(_ row: Row) -> PageObject {
        let resource = row.resource
        let complaints = complaints[resource.id] ?? []
        let status: Verdict = complaints.isEmpty ? resource.verdict : .failed
        return PageObject([
            "anchor": .text(Markup(trusted: row.anchor)), "id": .line(resource.id), "kind": .line(resource.kind),
            "name": .line(resource.name), "state": .line(resource.state), "place": .line(row.place),
            "status": .object(status.values),
            "facts": .list(
                resource.facts.prefix(20).map { PageObject(["name": .line($0.name), "value": .line($0.value)]) }),
            "moreFacts": .text(
                resource.facts.count > 20 ? Markup(trusted: "\(resource.facts.count - 20)") : .empty),
            "complaints": .list(
                complaints.prefix(8).map {
                    PageObject(["check": .line($0.id), "checkAnchor": .text(Markup(trusted: $0.anchor))])
                }),
            "hasComplaints": .flag(!complaints.isEmpty),
        ])
    }
}

extension TopologyNetwork {
    /// What people call it: its name, or which one it is.
    var label: String { name.isEmpty ? (isDefault ? "default VPC" : id) : name }
    /// Whether nothing runs in it.
    var isEmpty: Bool { zones.allSatisfy { $0.subnets.allSatisfy(\.resources.isEmpty) } }
}

extension TopologySubnet {
    var label: String { name.isEmpty ? cidr : name }
}

extension TopologyResource {
    /// How its state is drawn; a word of AWS's that is not known here counts as under way.
    var verdict: Verdict {
        switch state {
        case "running", "available", "active", "in-service", "in-use", "attached", "healthy": .passed
        case "stopped", "terminated", "deleted", "shutting-down", "deleting", "inactive": .skipped
        case "failed", "unhealthy": .failed
        default: .partial
        }
    }

    /// Whether it is gone or about to be.
    var isLeaving: Bool { ["terminated", "deleted", "shutting-down", "deleting"].contains(state) }
}
