import GradeModel
import JMESPath
import JSONValue
import LabFormat
import Testing

struct LabReadingTests {
    /// A lab that uses every key.
    static let complete = """
        lab: v1
        id: ec2-ha-pair
        title: {en: "A web pair", uk: "Пара серверів"}
        description: A pair that survives.
        points: 30
        interfaces:
          cli:   {entry: solution.sh}
          boto3: {entry: src/solution.py}
        limits: {wall: 90s, cpu: 1.5m, memory: 256MiB, pids: 32, output: 64KiB, disk: 1GiB, api_calls: 500}
        network: none
        collect: [report.txt, out/summary.json]
        checks:
          - id: two-azs
            title: Two zones
            points: 17.5
            score: proportional
            state:
              select: ec2:instance
              where: "State.Name=='running'"
              count: {min: 2, max: 4}
              distinct: {Placement.AvailabilityZone: 2}
            fail: "{{count}} running in {{distinct}} zone(s); {{ offender.Tags.Name }} of {{min}}"
            hints: ["Which subnet?", {after: 3, text: "aws ec2 describe-subnets"}]
          - id: tagged
            points: 12.5
            requires: [two-azs]
            visibility: after_due_date
            state:
              select: ec2:instance
              count: 2
              each:
                Tags.Owner: {eq: ada, matches: "^a"}
                "length(SecurityGroups)": {gte: 1}
          - id: extra
            points: 5
            extra_credit: true
            state: {select: ec2:key-pair, count: 0}
        selftest:
          - {path: solutions/cli, score: 35, passes: [two-azs, tagged], verdict: passed}
          - {path: bad/empty, score: {max: 5}, fails: [two-azs], skips: [tagged]}
        """

    private func parse(_ text: String) throws(LabError) -> (lab: Lab, warnings: [LabDiagnostic]) {
        try LoadedLab.parse(Array(text.utf8))
    }

    @Test func `every key has its meaning`() throws {
        let (lab, warnings) = try parse(Self.complete)
        #expect(warnings == [])
        #expect(lab.id == "ec2-ha-pair")
        #expect(lab.title.text(in: "uk-UA") == "Пара серверів")
        #expect(lab.title.text(in: "fr") == "A web pair")
        #expect(lab.points == Points(30))
        #expect(lab.interfaces.map(\.kind) == [.cli, .boto3])
        #expect(lab.interfaces.map(\.entry) == ["solution.sh", "src/solution.py"])
        #expect(lab.limits.wallSeconds == 90)
        #expect(lab.limits.cpuSeconds == 90)
        #expect(lab.limits.memoryBytes == 256 << 20)
        #expect(lab.limits.processes == 32)
        #expect(lab.limits.outputBytes == 65_536)
        #expect(lab.limits.diskBytes == 1 << 30)
        #expect(lab.limits.apiCalls == 500)
        #expect(lab.network == .none)
        #expect(lab.collect == ["report.txt", "out/summary.json"])
        #expect(lab.checks.map(\.id) == ["two-azs", "tagged", "extra"])
        #expect(lab.checks.map(\.points) == [Points(thousandths: 17_500), Points(thousandths: 12_500), Points(5)])
        #expect(lab.checks.map(\.extraCredit) == [false, false, true])
        #expect(lab.checks.map(\.visibility) == [.visible, .afterDueDate, .visible])
        #expect(
            lab.checks[0].hints == [
                Hint(text: "Which subnet?", after: 1), Hint(text: "aws ec2 describe-subnets", after: 3),
            ])
        #expect(lab.checks[0].scoring == .proportional)
        #expect(lab.checks[1].requires == ["two-azs"])
        #expect(lab.selftests[0].outcome == .passed)
        #expect(lab.selftests[1].score == .zero...Points(5))
    }

    @Test func `a state check keeps its condition, its bounds and its matchers`() throws {
        let lab = try parse(Self.complete).lab
        guard case .state(let first) = lab.checks[0].kind, case .state(let second) = lab.checks[1].kind else {
            Issue.record("not a state check")
            return
        }
        #expect(first.selector == "ec2:instance")
        #expect(first.condition?.source == "State.Name=='running'")
        #expect(first.count == CountBounds(minimum: 2, maximum: 4))
        #expect(first.distinct.map(\.path.source) == ["Placement.AvailabilityZone"])
        #expect(first.distinct.map(\.bounds) == [CountBounds(minimum: 2)])
        #expect(second.count == CountBounds(minimum: 2, maximum: 2))
        #expect(second.each.map(\.path.source) == ["Tags.Owner", "length(SecurityGroups)"])
        #expect(second.each[0].matchers == [.equals("ada"), .matches(try Pattern("^a"))])
    }

    @Test func `every matcher is read`() throws {
        let text = Self.complete.replacing(
            #"Tags.Owner: {eq: ada, matches: "^a"}"#,
            with: """
                a: {eq: [1, x], ne: 2.5, in: [a, true], lt: 1, lte: b, gt: -1, gte: 0, approx: 2, within: 0.5}
                        b: {contains: x, not_contains: 1, contains_all: [a, b], all_match: "^x$", none_match: y, absent: true}
                        c: {exists: true, cidr_within: 10.0.0.0/8, cidr_disjoint: [10.1.0.0/16, "::/0"], len: {min: 1}}
                """)
        guard case .state(let check) = try parse(text).lab.checks[1].kind else {
            Issue.record("not a state check")
            return
        }
        let names = check.each.map { $0.matchers.map(\.name) }
        #expect(names[0] == ["eq", "ne", "in", "lt", "lte", "gt", "gte", "approx"])
        #expect(names[1] == ["contains", "not_contains", "contains_all", "all_match", "none_match", "absent"])
        #expect(names[2] == ["exists", "cidr_within", "cidr_disjoint", "len"])
        #expect(check.each[0].matchers[0] == .equals([1, "x"]))
        #expect(check.each[0].matchers[7] == .approximately(2, within: 0.5))
    }

    @Test func `a lone negative matcher is worth a warning`() throws {
        let text = Self.complete.replacing(#"eq: ada, matches: "^a""#, with: "ne: ada")
        let warnings = try parse(text).warnings
        #expect(
            warnings.map(\.description) == [
                "lab.yaml:32:21: warning: 'Tags.Owner' has only 'ne', which also holds where there is no value: add 'exists: true' unless that is meant"
            ])
    }
}
