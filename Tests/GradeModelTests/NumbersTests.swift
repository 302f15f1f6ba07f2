import GradeModel
import Testing

@Test(arguments: [
    (0.31, "0.310"), (.nan, "0.000"), (.infinity, "1000000000.000"), (-4, "0.000"), (0.0004, "0.000"),
    (12.4825, "12.483"),
])
func `a number has its decimals whatever it is`(value: Double, text: String) {
    #expect(decimal(value, places: 3) == text)
}

@Test(arguments: [
    (0.012, "12 ms"), (0.3, "0.3 s"), (30, "30.0 s"), (100, "1 min 40 s"), (3600, "1 h"), (7500, "2 h 5 min"),
    (.nan, "0.0 s"), (-1, "0 ms"),
])
func `a duration reads well`(seconds: Double, text: String) {
    #expect(durationText(seconds) == text)
}

@Test(arguments: [
    (0, "0 B"), (-1, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (96 << 20, "96.0 MiB"), (Int.max, "8388608.0 TiB"),
])
func `an amount of memory reads well`(bytes: Int, text: String) {
    #expect(bytesText(bytes) == text)
}

@Test func `an ending is said in words with its limit`() {
    #expect(
        ProgramEnding.limit(.cpuTime).words(limits: ["cpu": "20 s"]) == "was stopped at its limit of CPU time (20 s)")
    #expect(ProgramEnding.signalled(signal: 9, name: "SIGKILL").words() == "was killed by SIGKILL (signal 9)")
    #expect(ProgramEnding.exited(code: 0).isClean && !ProgramEnding.exited(code: 1).isClean)
}
