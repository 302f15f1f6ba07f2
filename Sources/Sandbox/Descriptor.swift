import CSpawnProtocol
import Glibc

/// A file descriptor that is closed when it goes out of scope.
struct Descriptor: ~Copyable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    /// The descriptor of a call that returns a negative `errno` value when it fails.
    init(_ result: Int32, step: String) throws(SandboxError) {
        guard result >= 0 else { throw .resources(step: step, errno: -result) }
        number = result
    }

    deinit { close(number) }

    /// Gives up ownership.
    consuming func take() -> Int32 {
        let number = number
        discard self
        return number
    }
}

/// A pipe: what is written at one end can be read, without blocking, at the other.
struct Pipe: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    init() throws(SandboxError) {
        var ends: [Int32] = [-1, -1]
        let result = system_pipe(&ends)
        guard result >= 0 else { throw .resources(step: "pipe", errno: -result) }
        reading = Descriptor(ends[0])
        writing = Descriptor(ends[1])
    }

    /// Gives up ownership of both ends.
    consuming func take() -> (reading: Int32, writing: Int32) { (reading.take(), writing.take()) }
}
