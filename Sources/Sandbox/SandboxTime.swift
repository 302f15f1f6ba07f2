import CSpawnProtocol

/// What time is to a program.
package enum SandboxTime: Sendable, Equatable {
    /// Sleeps last as long as they say.
    case real
    /// Sleeps are over at once, and ``SandboxBox/clock`` moves by what they were to last. Clocks that the program reads go
    /// with it where ``ClockLibrary`` is preloaded; otherwise they show real time.
    case virtual
}

/// How far sleeping has brought the virtual time of a box.
///
/// Two sleeps beside one another move it by the longer one, two in a row by both. A request that a program makes
/// after a sleep finds that sleep counted.
package final class BoxClock: Sendable {
    /// Mapped memory that the box's init writes; never unmapped before the object goes.
    nonisolated(unsafe) private let memory: UnsafeMutablePointer<box_clock>

    /// Maps a clock that `box_clock_create` made.
    init?(descriptor: Int32) {
        guard let memory = box_clock_map(descriptor, 0) else { return nil }
        self.memory = memory
    }

    deinit { box_clock_unmap(memory) }

    /// Milliseconds of virtual time since the program's start that were slept away.
    package var sleptMilliseconds: Int { Int(clamping: box_clock_slept(memory) / 1_000_000) }

    /// How many sleeps were answered.
    package var sleeps: Int { Int(clamping: box_clock_sleeps(memory)) }
}
