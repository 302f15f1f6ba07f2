import CSpawnProtocol
import Glibc
import Testing

/// Laws of the decoding of what hostile programs hand to the broker.
struct SleepCallTests {
    private static let numbers: [UInt32] = [
        SLEEP_NANOSLEEP.rawValue, SLEEP_CLOCK_NANOSLEEP.rawValue, SLEEP_PSELECT6.rawValue, SLEEP_PPOLL.rawValue, 0, 1,
        1 << 20,
    ]

    /// Numbers at the edges, and any.
    private func argument(_ random: inout some RandomNumberGenerator) -> UInt64 {
        let edges: [UInt64] = [0, 1, 2, 7, 11, 1 << 31, 0x7fff_ffff, 0xffff_ffff, 1 << 32, 1 << 63, .max]
        return Bool.random(using: &random) ? edges.randomElement(using: &random) ?? 0 : .random(in: 0 ... .max, using: &random)
    }

    private func span(_ call: sleep_call, _ first: Int64, _ second: Int64, now: Int64) -> (problem: Int32, span: Int64) {
        var call = call
        let bytes = withUnsafeBytes(of: (first, second)) { Array($0) }
        var span: Int64 = -1
        let problem = sleep_call_span(&call, bytes, now, &span)
        return (problem, span)
    }

    @Test func `whatever the arguments are a span is never negative and only times are accepted`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200_000 {
            let arguments = (0..<6).map { _ in argument(&random) }
            var call = sleep_call()
            let number = Int32(Self.numbers.randomElement(using: &random) ?? 0)
            guard sleep_call_decode(number, arguments, &call) else { continue }
            let (first, second) = (Int64(bitPattern: argument(&random)), Int64(bitPattern: argument(&random)))
            let now = Int64.random(in: 0 ... .max, using: &random)
            let (problem, span) = span(call, first, second, now: now)
            #expect(span >= 0, "\(number) \(arguments) \(first) \(second) \(now)")
            #expect(problem == 0 || problem == EINVAL && span == 0)
            if call.format == SLEEP_TIMESPEC {
                #expect((problem == 0) == (first >= 0 && (0..<1_000_000_000).contains(second)))
            }
        }
    }

    @Test func `a time of every form is read exactly`() {
        var call = sleep_call()
        call.format = SLEEP_TIMESPEC
        #expect(span(call, 3, 5, now: 0) == (0, 3_000_000_005))
        call.absolute = true
        #expect(span(call, 3, 5, now: 1_000_000_000) == (0, 2_000_000_005))
        #expect(span(call, 3, 5, now: 3_000_000_006) == (0, 0))
        call = sleep_call()
        call.format = SLEEP_TIMEVAL
        #expect(span(call, 1, 2_500_000, now: 0) == (0, 3_500_000_000))
        #expect(span(call, .max, .max, now: 0).span == .max)
        call.format = SLEEP_MILLISECONDS
        call.milliseconds = 2147483647
        #expect(span(call, -1, -1, now: 0) == (0, 2_147_483_647_000_000))
    }

    @Test func `what waits for more than time is the kernel's`() {
        var call = sleep_call()
        // Of a process's own processor time; with descriptors; with a mask of signals; without end.
        #expect(!sleep_call_decode(Int32(SLEEP_CLOCK_NANOSLEEP.rawValue), [2, 0, 8, 0, 0, 0], &call))
        #expect(!sleep_call_decode(Int32(SLEEP_PSELECT6.rawValue), [1, 0, 0, 0, 8, 0], &call))
        #expect(!sleep_call_decode(Int32(SLEEP_PSELECT6.rawValue), [0, 0, 0, 0, 8, 8], &call))
        #expect(!sleep_call_decode(Int32(SLEEP_PPOLL.rawValue), [0, 0, 0, 0, 0, 0], &call))
        #expect(sleep_call_decode(Int32(SLEEP_PPOLL.rawValue), [0, 0, 8, 0, 0, 0], &call))
        #expect(!sleep_call_decode(Int32(SLEEP_NANOSLEEP.rawValue), [0, 0, 0, 0, 0, 0], &call))
    }
}
