import GradeModel
import JSONValue
import Testing

struct InvokeCheckTests {
    private let region = TestRegion()

    private func invoke(_ body: String, score: String = "all") throws -> CheckResult {
        let check = "- id: one\n  points: 10\n  score: \(score)\n  invoke: \(body)"
        return try #require(try grade(check, region).first)
    }

    @Test func `every case must answer as expected`() throws {
        let good = try invoke("{function: echo, cases: [{event: {a: 1}, expect: {a: {eq: 1}}}]}")
        #expect(good.verdict == .passed)
        let bad = try invoke(
            "{function: echo, cases: [{event: {a: 1}, expect: {a: {eq: 1}}}, {event: {a: 3}, expect: {a: {eq: 2}}}]}")
        #expect(bad.verdict == .failed)
        #expect(bad.message == "echo with the event {\"a\":3}: expected a to be 2, found 3.")
    }

    @Test func `a part of the cases earns a part of the points`() throws {
        let result = try invoke(
            "{function: echo, cases: [{event: {a: 1}, expect: {a: {eq: 1}}}, {event: {a: 3}, expect: {a: {eq: 2}}}]}",
            score: "proportional")
        #expect(result.verdict == .partial)
        #expect(result.points == Points(5))
    }

    @Test func `a function that fails answers nothing that is expected`() throws {
        let result = try invoke("{function: echo, cases: [{event: null, expect: {a: {absent: true}}}]}")
        #expect(result.verdict == .failed)
        #expect(result.actual == "ValueError: no event")
    }

    @Test func `an error that is expected must be that error`() throws {
        #expect(try invoke("{function: echo, cases: [{event: null, error: ValueError}]}").verdict == .passed)
        #expect(try invoke("{function: echo, cases: [{event: null, error: KeyError}]}").verdict == .failed)
        #expect(try invoke("{function: echo, cases: [{event: {a: 1}, error: ValueError}]}").verdict == .failed)
        #expect(try invoke("{function: echo, cases: [{event: {a: 1}, error: absent}]}").verdict == .passed)
    }

    @Test func `a function that is not there fails the check`() throws {
        let result = try invoke("{function: none, cases: [{event: {}, error: absent}]}")
        #expect(result.verdict == .failed)
        #expect(result.actual == "Function not found")
    }
}
