import Testing

/// The same input gives the same bytes, so the world and the services know no clock and no chance but the world's own.
struct DeterminismTests {
    private static let forbidden = [
        "Date()", "Date.now", "UUID()", ".random(", ".randomElement(", ".shuffled(", ".shuffle(",
        "SystemRandomNumberGenerator", "ContinuousClock", "SuspendingClock", "clock_gettime(", "gettimeofday(",
        "getrandom(", "arc4random", "ProcessInfo",
    ]

    @Test func `the world and the services use neither the machine's clock nor its randomness`() throws {
        let files = try ["Sources/CloudState", "Sources/Services"].flatMap(Repository.swiftFiles(below:))
        #expect(!files.isEmpty)
        for file in files {
            let code = SwiftText(try Repository.text(file)).code
            for name in Self.forbidden where code.contains(name) {
                Issue.record("\(file) uses \(name): ask the world for the time, an id or a choice")
            }
        }
    }

    /// Text that a `Hasher` of this process orders would differ from run to run.
    @Test func `nothing in the world or the services asks for a hash value`() throws {
        for file in try ["Sources/CloudState", "Sources/Services"].flatMap(Repository.swiftFiles(below:)) {
            #expect(!SwiftText(try Repository.text(file)).code.contains(".hashValue"), "\(file)")
        }
    }
}
