import CloudState
import GradeModel
import JMESPath
import JSONValue
import LabFormat
import Reachability

/// `reach`: asks about every pair of ends and every port; each must be as expected.
struct ReachEvaluator: CheckEvaluator {
    let check: ReachCheck

    /// One side: a resource with its ends, or a place outside.
    private struct Side {
        var name: String
        var value: JSON
        var endpoints: [ReachabilityEndpoint]
    }

    /// One question and its answer.
    private struct Finding {
        var from: Side
        var to: Side
        var port: Int
        var analysis: PathAnalysis?
        /// Whether it is as expected.
        var holds: Bool
        /// In a few words what was found.
        var words: String
    }

    private static let maximumEvidence = 50
    /// Blocks of rules that are tried: more than a quota of AWS lets one group have.
    private static let maximumNamed = 256
    /// Pairs of ends: beyond that a lab asks for something else than it means.
    private static let maximumQuestions = 20_000

    func evaluate(in context: any CheckContext) throws(CheckFault) -> CheckOutcome {
        let sources = try sides(check.from, context)
        let destinations = try sides(check.to, context)
        let counted = check.to.isSelection ? destinations.count : sources.count
        let isCounted = check.count.contains(counted)
        let probes = InternetProbe.panel + (check.expectation == .blocked ? named(context) : [])
        var findings: [Finding] = []
        for from in sources {
            for to in destinations where from.name != to.name || !check.from.isSelection {
                for port in check.ports.isEmpty ? [0] : check.ports {
                    guard findings.count < Self.maximumQuestions else {
                        throw CheckFault("more than \(Self.maximumQuestions) questions about reachability")
                    }
                    findings.append(try ask(from, to, port, probes, context))
                }
            }
        }
        return outcome(findings, counted: counted, isCounted: isCounted)
    }

    // MARK: Ends

    private func sides(_ end: ReachCheck.End, _ context: any CheckContext) throws(CheckFault) -> [Side] {
        switch end {
        case .internet: return [Side(name: "internet", value: .string("internet"), endpoints: [.internet])]
        case .address(let text):
            guard let address = IPv4Address(text) else { throw CheckFault("'\(text)' is no IPv4 address") }
            return [Side(name: text, value: .string(text), endpoints: [.address(address)])]
        case .resources(let selector, let condition):
            do {
                return try context.select(selector).enumerated().compactMap { position, value -> Side? in
                    // What cannot be decided is looked at: it can only make the check fail.
                    if let condition, let answer = try? condition.search(value), !answer.isTruthy { return nil }
                    let name = context.identifier(of: value, selector: selector) ?? "number \(position + 1)"
                    return Side(
                        name: name, value: value, endpoints: try context.endpoints(of: value, selector: selector))
                }
            } catch {
                throw CheckFault("'\(selector)' cannot be an end: \(error)")
            }
        }
    }

    // MARK: Questions

    private func ask(
        _ from: Side, _ to: Side, _ port: Int, _ probes: [IPv4Address], _ context: any CheckContext
    ) throws(CheckFault) -> Finding {
        var analyses: [PathAnalysis] = []
        for source in from.endpoints {
            for destination in to.endpoints {
                do {
                    analyses += try analyze(source, destination, port, probes, context)
                } catch {
                    throw CheckFault("\(from.name) to \(to.name): \(error)")
                }
            }
        }
        let open = analyses.first(where: \.isReachable)
        let closed = analyses.first { !$0.isReachable }
        switch check.expectation {
        case .blocked:
            guard let open else {
                return Finding(from: from, to: to, port: port, analysis: closed, holds: true, words: reason(closed))
            }
            return Finding(
                from: from, to: to, port: port, analysis: open, holds: false, words: "reachable via \(open.line)")
        case .reachable:
            guard !analyses.isEmpty else {
                return Finding(
                    from: from, to: to, port: port, analysis: nil, holds: false, words: "no network interface")
            }
            guard let closed else {
                return Finding(
                    from: from, to: to, port: port, analysis: open, holds: true,
                    words: "reachable via \(open?.line ?? "")")
            }
            return Finding(from: from, to: to, port: port, analysis: closed, holds: false, words: reason(closed))
        }
    }

    private func reason(_ analysis: PathAnalysis?) -> String {
        "blocked: \(analysis?.decider?.sentence ?? "it has no network interface.")"
    }

    /// Public addresses that rules of security groups and network ACLs name: where nobody is to get in, a rule for one
    /// office is one too many.
    private func named(_ context: any CheckContext) -> [IPv4Address] {
        let blocks =
            [
                ("ec2:security-group", "IpPermissions[].IpRanges[].CidrIp"), ("ec2:network-acl", "Entries[].CidrBlock"),
            ].flatMap { selector, path -> [String] in
                guard let values = try? context.select(selector), let path = try? JMESPathExpression(path) else {
                    return []
                }
                return values.flatMap { value -> [String] in
                    guard case .array(let found)? = try? path.search(value) else { return [] }
                    return found.compactMap { if case .string(let text) = $0 { text } else { nil } }
                }
            }
        let addresses = Set(blocks).compactMap { text -> IPv4Address? in
            guard let block = IPv4Block(text), block.prefixLength > 0 else { return nil }
            let host = IPv4Address(bits: block.base.bits | (block.prefixLength < 31 ? 1 : 0))
            return host.isPublic ? host : nil
        }
        return addresses.sorted { $0.bits < $1.bits }.prefix(Self.maximumNamed).map(\.self)
    }

    /// The internet is a panel of hosts: it reaches what all of them reach, and is kept out where none of them gets in.
    private func analyze(
        _ source: ReachabilityEndpoint, _ destination: ReachabilityEndpoint, _ port: Int, _ probes: [IPv4Address],
        _ context: any CheckContext
    ) throws -> [PathAnalysis] {
        let transport = Reachability.TransportProtocol(rawValue: check.transport.rawValue) ?? .tcp
        var queries = [ReachabilityQuery(from: source, to: destination, transport, port: port)]
        for address in probes where source == .internet || destination == .internet {
            queries.append(
                ReachabilityQuery(
                    from: source == .internet ? .address(address) : source,
                    to: destination == .internet ? .address(address) : destination, transport, port: port))
        }
        return try queries.map { try context.analyze($0) }
    }

    // MARK: The whole

    private func outcome(_ findings: [Finding], counted: Int, isCounted: Bool) -> CheckOutcome {
        let wrong = findings.filter { !$0.holds }
        let expected = check.expectation.rawValue
        var evidence = [
            Evidence(
                subject: "", property: "count", expected: check.count.phrase, actual: "\(counted)", holds: isCounted)
        ]
        evidence += (wrong + findings.filter(\.holds)).prefix(Self.maximumEvidence - 1).map { finding in
            Evidence(
                subject: "\(finding.from.name) → \(finding.to.name)", property: property(finding.port),
                expected: expected, actual: finding.words, holds: finding.holds)
        }
        let passed = isCounted && wrong.isEmpty && !findings.isEmpty
        let first = wrong.first
        let actual = first?.words ?? (isCounted ? "" : "\(counted) to look at")
        var message = ""
        if let first {
            message =
                "\(first.from.name) to \(first.to.name), \(property(first.port)): expected \(expected), but \(first.words)"
        } else if !passed {
            message = "There are \(counted) resource(s) to look at, expected \(check.count.phrase)."
        }
        let offender = first.map { check.to.isSelection ? $0.to : $0.from }
        return CheckOutcome(
            passed: passed,
            share: isCounted && !findings.isEmpty
                ? CheckOutcome.Share(reached: findings.count - wrong.count, possible: findings.count) : .whole(false),
            message: message, expected: expected, actual: actual, evidence: evidence,
            placeholders: [
                "count": .integer(counted), "expected": .string(expected), "actual": .string(actual),
                "offender": offender?.value ?? .null, "from": .string(first?.from.name ?? ""),
                "to": .string(first?.to.name ?? ""), "port": .integer(first?.port ?? check.ports.first ?? 0),
                "path": .string(first?.analysis?.line ?? ""),
                "reason": .string(first?.analysis?.decider?.sentence ?? ""),
            ])
    }

    private func property(_ port: Int) -> String {
        check.transport == .icmp ? "ICMP" : "\(check.transport.rawValue.uppercased()) port \(port)"
    }
}
