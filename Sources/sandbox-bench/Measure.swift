import Glibc
import GradeModel
import Sandbox

extension SandboxPolicy {
    /// `/bin/true`, with the listener that every submission has.
    static var `true`: SandboxPolicy {
        SandboxPolicy(
            executable: "/bin/true", arguments: ["true"],
            listeners: [SandboxListener(address: "127.0.0.1", port: 4566)])
    }
}

/// Runs a program to its end; false where it cannot be run or fails.
func runBare(_ arguments: [String]) -> Bool {
    var process: pid_t = 0
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    guard posix_spawn(&process, arguments[0], nil, nil, &argv, &environment) == 0 else { return false }
    var status: Int32 = 0
    return waitpid(process, &status, 0) == process && status == 0
}

/// The milliseconds that `work` takes.
func timed(_ work: () async throws -> Void) async rethrows -> Double {
    let start = ContinuousClock.now
    try await work()
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
}

/// The value in the middle; 0 of none.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

/// What a program prints in a box. `serve` gets the listeners, which are closed where there is none.
private func output(
    _ spawner: Spawner, _ policy: SandboxPolicy, _ program: String, serve: (([Int32]) -> Void)? = nil
) async throws -> String {
    var policy = policy
    policy.executable = "/usr/bin/python3"
    policy.arguments = ["python3", "-c", program]
    let box = try await spawner.launch(policy)
    if let serve { serve(box.listenerDescriptors) } else { for listener in box.listenerDescriptors { close(listener) } }
    box.start()
    return try await box.outcome().standardOutput.head
}

/// Milliseconds of a connection with one request, and of a request on an open one: to a server on the host's loopback,
/// and through the listener that a box has handed out, in turns.
func listenerLatency(
    _ spawner: Spawner, _ policy: SandboxPolicy
) async throws -> (bare: [[Double]], boxed: [[Double]]) {
    func numbers(_ text: String) -> [Double] { text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) } }
    var bare: [[Double]] = []
    var boxed: [[Double]] = []
    for _ in 0..<15 {
        let (socket, port) = Echo.hostListener()
        let host = Echo(listener: socket)
        bare.append(numbers(outputBare(["/usr/bin/python3", "-c", echoClient(port: port)])))
        host.stop()
        var servers: [Echo] = []
        boxed.append(
            numbers(
                try await output(spawner, policy, echoClient(port: policy.listeners[0].port)) { listeners in
                    servers = listeners.map(Echo.init)
                }))
        for server in servers { server.stop() }
    }
    return (bare, boxed)
}

/// Milliseconds that a sleep of a second takes: measured by the program itself, one after the other.
func brokerRoundTrip(_ spawner: Spawner, _ policy: SandboxPolicy) async throws -> Double {
    var policy = policy
    policy.time = .virtual
    let program =
        "import time; a = time.monotonic(); [time.sleep(1) for _ in range(2000)]; print((time.monotonic() - a) / 2)"
    return Double(try await output(spawner, policy, program).dropLast()) ?? 0
}

/// Programs that do little but system calls: on open files, and opening them, where Landlock looks at every folder above.
let syscallPrograms = [
    "python_calls": """
    import os
    f = os.open("/usr/bin/env", os.O_RDONLY); g = os.open("/dev/null", os.O_WRONLY)
    for _ in range(5000):
        os.pread(f, 512, 0); os.lseek(f, 0, 0); os.fstat(f); os.write(g, bytes(1)); os.stat("/usr"); os.getppid()
    """,
    "python_opens": """
    import os
    for _ in range(5000): os.close(os.open("/usr/bin/env", os.O_RDONLY))
    """,
]

/// Puts a seccomp filter of one instruction, which allows everything, on the program itself: what any filter costs here.
private let allowEverything = """
    import ctypes, struct
    libc = ctypes.CDLL(None)
    code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7fff0000))
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.c_char_p(struct.pack("HxxxxxxQ", 1, ctypes.addressof(code)))) == 0
    """

/// Milliseconds of such a program, measured by itself, in turns: bare, under a filter that allows everything, in a box.
func pythonOverhead(
    _ spawner: Spawner, _ policy: SandboxPolicy, _ program: String
) async throws -> (bare: [Double], filtered: [Double], boxed: [Double]) {
    let program = "import time; a = time.monotonic()\n\(program)\nprint((time.monotonic() - a) * 1000)"
    var bare: [Double] = []
    var filtered: [Double] = []
    var boxed: [Double] = []
    for _ in 0..<15 {
        bare.append(Double(outputBare(["/usr/bin/python3", "-c", program]).dropLast()) ?? 0)
        let text = outputBare(["/usr/bin/python3", "-c", "\(allowEverything)\n\(program)"])
        filtered.append(Double(text.dropLast()) ?? 0)
        boxed.append(Double(try await output(spawner, policy, program).dropLast()) ?? 0)
    }
    return (bare, filtered, boxed)
}

/// What a program prints without any box.
private func outputBare(_ arguments: [String]) -> String {
    // No argument of ours has a single quote in it.
    let quoted = arguments.map { "'" + $0 + "'" }.joined(separator: " ")
    guard let stream = popen(quoted, "r") else { return "" }
    defer { pclose(stream) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = fread(&buffer, 1, buffer.count, stream)
    return String(decoding: buffer.prefix(count), as: UTF8.self)
}

/// Milliseconds until that many boxes, all there at the same time, have run their programs.
func manyAtOnce(_ spawner: Spawner, _ policy: SandboxPolicy, count: Int) async throws -> Double {
    try await timed {
        var boxes: [SandboxBox] = []
        for _ in 0..<count { boxes.append(try await spawner.launch(policy)) }
        for box in boxes { box.start() }
        for box in boxes {
            guard try await box.outcome().ending == .exited(code: 0) else { throw SandboxError.boxLost }
            for listener in box.listenerDescriptors { close(listener) }
        }
    }
}
