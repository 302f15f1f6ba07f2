import GradeModel
import SafeText

/// A topology as nested boxes in SVG: containment says where things are. No position depends on a random id, so two
/// runs can be laid side by side. Glyph and dashes say what the colours say.
struct TopologyDrawing {
    private let topology: Topology
    private let view: TopologyView
    private var shapes = SVGShapes()

    private static let cell = (width: 172, height: 56, gap: 8)
    private static let padding = 12
    private static var column: Int { cell.width + 4 * padding }
    /// The most zones, subnets of a zone and single resources of a subnet that are drawn.
    private static let most = (zones: 8, subnets: 24, cells: 12)

    init(_ topology: Topology, view: TopologyView) {
        self.topology = topology
        self.view = view
    }

    /// Nothing where there is nothing but an empty default VPC.
    var markup: Markup {
        let vpcs = topology.vpcs.filter { !$0.isDefault || !$0.isEmpty }.prefix(12)
        guard !vpcs.isEmpty else { return .empty }
        var copy = self
        var y = 1
        var width = 0
        for vpc in vpcs {
            let size = copy.draw(vpc, y: y)
            y += size.height + 16
            width = max(width, size.width)
        }
        return Markup(
            trusted:
                "<svg class=\"topology\" role=\"img\" aria-labelledby=\"topology-title topology-description\" viewBox=\"0 0 \(width + 2) \(y - 14)\" width=\"\(width + 2)\" height=\"\(y - 14)\"><title id=\"topology-title\">Topology of \(Markup(line: topology.region).html)</title><desc id=\"topology-description\">\(Markup(line: words, limit: 600).html)</desc>\(copy.shapes.text)</svg>"
        )
    }

    /// The picture in a sentence or two; the table beneath says all of it.
    private var words: String {
        topology.vpcs.filter { !$0.isDefault || !$0.isEmpty }.prefix(12).map { vpc in
            let zones = vpc.zones.compactMap { zone in
                let count = zone.subnets.reduce(0) { $0 + $1.resources.count }
                return count == 0 ? nil : "\(count) in \(zone.name)"
            }
            let all = vpc.zones.flatMap(\.subnets).flatMap(\.resources).filter {
                !view.complaints(about: $0.id).isEmpty
            }
            let faults =
                all.isEmpty ? "" : "; checks find fault with \(all.prefix(8).map(\.label).joined(separator: ", "))"
            return "\(vpc.label): \(zones.isEmpty ? "nothing runs in it" : zones.joined(separator: ", "))\(faults)."
        }.joined(separator: " ")
    }

    private mutating func draw(_ vpc: TopologyNetwork, y: Int) -> (width: Int, height: Int) {
        let padding = Self.padding
        // Of the default VPC only what is used: its empty subnets are there in every account.
        let zones = vpc.zones.map { zone in
            TopologyZone(name: zone.name, subnets: zone.subnets.filter { !vpc.isDefault || !$0.resources.isEmpty })
        }.filter { !$0.subnets.isEmpty }
        let shown = Array(zones.prefix(Self.most.zones))
        let columns = max(shown.count, 1)
        let width = columns * Self.column + (columns - 1) * padding + 2 * padding
        let mark = shapes.mark()
        var bottom = y + 40
        shapes.text(vpc.label, x: padding + 1, y: y + 25, name: "t1", fits: width - 140)
        shapes.text(vpc.cidr, x: width - padding, y: y + 25, name: "t3 end", fits: 110)
        if !vpc.resources.isEmpty {
            let names = vpc.resources.prefix(6).map { $0.name.isEmpty ? $0.kind : "\($0.kind) \($0.name)" }
            shapes.rectangle(padding + 1, bottom, width - 2 * padding, 28, "gate", radius: 14)
            shapes.text(
                names.joined(separator: " · "), x: width / 2, y: bottom + 18, name: "t2 middle", fits: width - 60)
            bottom += 40
        }
        var deepest = bottom
        for (index, zone) in shown.enumerated() {
            let x = padding + 1 + index * (Self.column + padding)
            deepest = max(deepest, draw(zone, x: x, y: bottom))
        }
        let empty = vpc.zones.flatMap(\.subnets).count - shown.flatMap(\.subnets).count
        if empty > 0 || shown.isEmpty {
            let note =
                shown.isEmpty && !vpc.isDefault
                ? "no subnets" : empty == 1 ? "and 1 empty subnet" : "and \(empty) empty subnets"
            shapes.text(note, x: padding + 1, y: deepest + 20, name: "t3", fits: width - 24)
            deepest += 28
        }
        let height = deepest + padding - y
        shapes.rectangle(1, y, width, height, "vpc", radius: 8, at: mark)
        return (width, height)
    }

    /// The y at which the zone ends.
    private mutating func draw(_ zone: TopologyZone, x: Int, y: Int) -> Int {
        let mark = shapes.mark()
        shapes.text(zone.name, x: x + Self.padding, y: y + 21, name: "t2 strong", fits: Self.column - 24)
        var bottom = y + 32
        for subnet in zone.subnets.prefix(Self.most.subnets) {
            bottom = draw(subnet, x: x + Self.padding, y: bottom) + Self.padding
        }
        let left = zone.subnets.count - Self.most.subnets
        if left > 0 {
            shapes.text(
                "and \(left) more subnets", x: x + Self.padding, y: bottom + 12, name: "t3", fits: Self.cell.width)
            bottom += 24
        }
        shapes.rectangle(x, y, Self.column, bottom - y, "zone", radius: 6, at: mark)
        return bottom
    }

    private mutating func draw(_ subnet: TopologySubnet, x: Int, y: Int) -> Int {
        let padding = Self.padding
        let width = Self.cell.width + 2 * padding
        let mark = shapes.mark()
        shapes.text(subnet.label, x: x + padding, y: y + 20, name: "t2", fits: width - 90)
        shapes.text(subnet.isPublic ? "public" : "private", x: x + width - padding, y: y + 20, name: "t3 end", fits: 60)
        var bottom = y + 30
        for box in boxes(subnet.resources) {
            draw(box, x: x + padding, y: bottom)
            bottom += Self.cell.height + Self.cell.gap
        }
        if subnet.resources.isEmpty {
            shapes.text("empty", x: x + padding, y: bottom + 12, name: "t3", fits: 100)
            bottom += 24
        }
        bottom += padding - Self.cell.gap
        shapes.rectangle(x, y, width, bottom - y, subnet.isPublic ? "subnet public" : "subnet", radius: 6, at: mark)
        return bottom
    }

    // MARK: Cells

    private struct Box {
        var lines: [String]
        var verdict: Verdict
        var complaint: String?
        var isLeaving: Bool
    }

    /// One box a resource, or one a kind and state where there are too many.
    private func boxes(_ resources: [TopologyResource]) -> [Box] {
        guard resources.count > Self.most.cells else { return resources.map(box) }
        var groups: [(key: String, first: TopologyResource, count: Int)] = []
        for resource in resources {
            let key = "\(resource.kind) \(resource.state)"
            if let index = groups.firstIndex(where: { $0.key == key }) {
                groups[index].count += 1
            } else {
                groups.append((key, resource, 1))
            }
        }
        return groups.prefix(Self.most.cells).map { group in
            Box(
                lines: ["\(group.first.kind) × \(group.count)", group.first.state, ""], verdict: group.first.verdict,
                complaint: nil, isLeaving: group.first.isLeaving)
        }
    }

    private func box(_ resource: TopologyResource) -> Box {
        let complaints = view.complaints(about: resource.id)
        let type = resource.facts.first { $0.name == "type" }?.value ?? resource.kind
        let address = resource.facts.first { $0.name == "private address" }?.value ?? ""
        let complaint = complaints.first.map { complaints.count == 1 ? "✗ \($0)" : "✗ \($0) +\(complaints.count - 1)" }
        return Box(
            lines: [resource.label, "\(resource.state) · \(type)", complaint ?? address],
            verdict: complaint == nil ? resource.verdict : .failed, complaint: complaint, isLeaving: resource.isLeaving)
    }

    private mutating func draw(_ box: Box, x: Int, y: Int) {
        let name = box.verdict.rawValue
        shapes.rectangle(
            x, y, Self.cell.width, Self.cell.height, "cell \(name)\(box.isLeaving ? " leaving" : "")", radius: 5)
        let glyph = box.verdict.glyph
        shapes.text(glyph, x: x + Self.cell.width - 10, y: y + 18, name: "t2 end mark \(name)", fits: 20)
        shapes.text(box.lines[0], x: x + 10, y: y + 18, name: "t2 strong", fits: Self.cell.width - 36)
        shapes.text(box.lines[1], x: x + 10, y: y + 33, name: "t3", fits: Self.cell.width - 16)
        shapes.text(
            box.lines[2], x: x + 10, y: y + 47, name: box.complaint == nil ? "t3" : "t3 mark \(name)",
            fits: Self.cell.width - 16)
    }
}

extension TopologyResource {
    var label: String { name.isEmpty ? id : name }
}

/// Elements of SVG, from back to front.
struct SVGShapes {
    private var elements: [String] = []

    var text: String { elements.joined() }

    /// Where the next element comes; for what is to lie behind it.
    func mark() -> Int { elements.count }

    mutating func rectangle(
        _ x: Int, _ y: Int, _ width: Int, _ height: Int, _ name: String, radius: Int, at mark: Int? = nil
    ) {
        elements.insert(
            "<rect class=\"\(name)\" x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" rx=\"\(radius)\"/>",
            at: min(mark ?? elements.count, elements.count))
    }

    /// A text of somebody else, shortened to what fits into so many units.
    mutating func text(_ text: String, x: Int, y: Int, name: String, fits width: Int) {
        guard !text.isEmpty else { return }
        let room = max(width / 7, 3)
        let line = text.safe(TextRules(limit: 400, singleLine: true))
        let shown = line.count > room ? "\(line.prefix(room - 1))…" : line
        elements.append("<text class=\"\(name)\" x=\"\(x)\" y=\"\(y)\">\(escaped(shown))</text>")
    }
}
