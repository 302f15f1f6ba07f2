import GradeModel
import Testing

@testable import Sandbox

/// Sleeps that cost nothing, and what they do to the box's clock.
struct VirtualTimeTests {
    private func runVirtually(
        _ policy: SandboxPolicy, wallSeconds: Double = 20
    ) async throws -> (outcome: SandboxOutcome, clock: BoxClock) {
        var policy = policy
        policy.time = .virtual
        policy.limits.wallSeconds = wallSeconds
        let box = try await Shared.spawner.get().launch(policy)
        let clock = try #require(box.clock)
        box.start()
        return (try await box.outcome(), clock)
    }

    private func python(_ program: String) -> SandboxPolicy {
        var policy = shell("")
        policy.executable = "/usr/bin/python3"
        policy.arguments = ["python3", "-c", program]
        return policy
    }

    @Test func `ten minutes of sleep are over at once and the clock has moved by them`() async throws {
        let (outcome, clock) = try await runVirtually(shell("sleep 600"))
        #expect(outcome.ending == .exited(code: 0))
        #expect(clock.sleptMilliseconds == 600_000)
        #expect(clock.sleeps == 1)
        #expect(outcome.usage.wallSeconds < 10)
        #expect(outcome.layers.contains { $0.name == "virtual time" && $0.active })
    }

    @Test func `sleeps in a row add up, sleeps beside one another do not`() async throws {
        let (_, row) = try await runVirtually(shell("sleep 60; sleep 60"))
        #expect(row.sleptMilliseconds == 120_000)
        let (_, beside) = try await runVirtually(shell("sleep 60 & sleep 90 & sleep 60; wait; sleep 5"))
        #expect(beside.sleptMilliseconds == 95_000)
    }

    @Test func `threads sleep beside one another, too`() async throws {
        let (outcome, clock) = try await runVirtually(
            python(
                """
                import threading, time
                threads = [threading.Thread(target=time.sleep, args=(seconds,)) for seconds in (100, 200, 300)]
                for thread in threads: thread.start()
                for thread in threads: thread.join()
                print("joined")
                """))
        #expect(outcome.standardOutput.head == "joined\n")
        // A deadline is reckoned from a moment earlier: more than a second earlier, where the machine is busy.
        #expect((295_000...300_000).contains(clock.sleptMilliseconds))
    }

    @Test(arguments: [
        "time.sleep(3600)", "select.select([], [], [], 3600)", "select.poll().poll(3600_000)",
        "ctypes.CDLL(None).sleep(3600)", "ctypes.CDLL(None).usleep(ctypes.c_uint(3600_000_000))",
    ])
    func `every way to sleep is seen`(_ call: String) async throws {
        let (outcome, clock) = try await runVirtually(python("import ctypes, select, time; \(call)"))
        #expect(outcome.ending == .exited(code: 0), "\(outcome.standardError.head)")
        // As above.
        #expect((3_595_000...3_600_000).contains(clock.sleptMilliseconds))
    }

    @Test(arguments: [0, 1])
    func `a deadline on a clock is as long as it is away`(_ number: Int) async throws {
        let (outcome, clock) = try await runVirtually(
            python(
                """
                import ctypes, time
                libc = ctypes.CDLL(None)
                class Time(ctypes.Structure): _fields_ = [("s", ctypes.c_long), ("ns", ctypes.c_long)]
                now = time.clock_gettime(\(number))
                for time in (int(now) + 50, int(now) // 2):
                    print(libc.clock_nanosleep(\(number), 1, ctypes.byref(Time(time, 0)), None))
                """))
        #expect(outcome.standardOutput.head == "0\n0\n")
        #expect((45_000...50_000).contains(clock.sleptMilliseconds))
    }

    @Test func `a time that is none is refused as the kernel refuses it`() async throws {
        let (outcome, clock) = try await runVirtually(
            python(
                """
                import ctypes, errno
                libc = ctypes.CDLL(None, use_errno=True)
                class Time(ctypes.Structure): _fields_ = [("s", ctypes.c_long), ("ns", ctypes.c_long)]
                for value in (Time(1, 1000000000), Time(-1, 0), Time(1, -1)):
                    ctypes.set_errno(0)
                    print(libc.nanosleep(ctypes.byref(value), None), errno.errorcode[ctypes.get_errno()])
                print(libc.nanosleep(ctypes.c_void_p(8), None), errno.errorcode[ctypes.get_errno()])
                """))
        #expect(outcome.standardOutput.head == "-1 EINVAL\n-1 EINVAL\n-1 EINVAL\n-1 EFAULT\n")
        #expect(clock.sleptMilliseconds == 0)
    }

    @Test func `a sleep waits for what runs beside it`() async throws {
        let work = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo ready > /tmp/ready"
        let (outcome, _) = try await runVirtually(shell("(\(work)) & sleep 30; cat /tmp/ready"))
        #expect(outcome.standardOutput.head == "ready\n", "\(outcome.standardError.head)")
    }

    @Test func `a sleep can be interrupted`() async throws {
        let (outcome, clock) = try await runVirtually(
            python(
                """
                import os, signal, time
                class Up(Exception): pass
                def up(*_): raise Up
                signal.signal(signal.SIGUSR1, up)
                parent = os.getpid()
                if os.fork() == 0:
                    time.sleep(5)
                    os.kill(parent, signal.SIGUSR1)
                    os._exit(0)
                try: time.sleep(1000)
                except Up: print("up")
                """))
        #expect(outcome.standardOutput.head == "up\n", "\(outcome.standardError.head)")
        // The deadline is reckoned before the broker reads it, and the machine may be busy.
        #expect((3_000...5_000).contains(clock.sleptMilliseconds))
    }

    @Test func `a flood of sleeps meets its limits and does not hold up its neighbours`() async throws {
        let flood = """
            import os, time
            for _ in range(7): os.fork()
            while True: time.sleep(0.02)
            """
        async let flooded = runVirtually(python(flood), wallSeconds: 2)
        for _ in 0..<3 {
            let (outcome, _) = try await runVirtually(shell("sleep 5; echo done"))
            #expect(outcome.standardOutput.head == "done\n")
        }
        let ending = try await flooded.outcome.ending
        #expect([.limit(.wallTime), .limit(.cpuTime), .limit(.processes)].contains(ending))
    }

    @Test func `nobody sleeps more than a week away`() async throws {
        let (outcome, clock) = try await runVirtually(shell("sleep 604000; sleep 604000"), wallSeconds: 0.5)
        #expect(outcome.ending == .limit(.wallTime))
        #expect(clock.sleptMilliseconds == 604_000_000)
    }

    @Test func `real time is real`() async throws {
        let start = ContinuousClock.now
        let outcome = try await run(shell("sleep 0.3"))
        #expect(ContinuousClock.now - start >= .milliseconds(300))
        #expect(outcome.usage.wallSeconds >= 0.3)
        #expect(outcome.layers.contains { $0.name == "virtual time" && !$0.active })
    }

    // MARK: Clocks

    /// Programs that read clocks before and after they sleep.
    private func shifted(_ policy: SandboxPolicy) throws -> SandboxPolicy {
        var policy = policy
        let library = try #require(ClockLibrary.find())
        policy.readOnlyPaths.append(library)
        policy.environment.append(("LD_PRELOAD", library))
        return policy
    }

    @Test(.whereClocksGo)
    func `the clocks that programs read go with their sleeps`() async throws {
        let (shell, _) = try await runVirtually(
            shifted(shell("a=$(date +%s); sleep 600; b=$(date +%s); echo $((b - a))")))
        let seconds = try #require(Int(shell.standardOutput.head.dropLast()))
        #expect((600...610).contains(seconds))
        let (python, _) = try await runVirtually(
            shifted(
                python(
                    """
                    import time, datetime
                    clocks = [time.time, time.monotonic, time.perf_counter, lambda: datetime.datetime.now().timestamp()]
                    before = [clock() for clock in clocks]
                    time.sleep(3600)
                    print([int(clock() - then) // 10 for clock, then in zip(clocks, before)], time.process_time() < 60)
                    """)))
        #expect(python.standardOutput.head == "[360, 360, 360, 360] True\n")
    }

    @Test(.whereClocksGo)
    func `a loop until a deadline ends when it is reached`() async throws {
        let (outcome, clock) = try await runVirtually(
            shifted(shell("end=$(($(date +%s) + 300)); while [ $(date +%s) -lt $end ]; do sleep 10; done; echo over")))
        #expect(outcome.standardOutput.head == "over\n")
        #expect((290_000...300_000).contains(clock.sleptMilliseconds))
    }

    @Test(.whereClocksGo)
    func `what waits for something else waits no longer for the time that was slept`() async throws {
        let (outcome, _) = try await runVirtually(
            shifted(
                python(
                    """
                    import threading, time, queue
                    time.sleep(86400)
                    print(threading.Event().wait(0.05), threading.Lock().acquire(timeout=0.05))
                    try: queue.Queue().get(timeout=0.05)
                    except queue.Empty: print("empty")
                    """)))
        #expect(outcome.standardOutput.head == "False True\nempty\n")
        #expect(outcome.usage.wallSeconds < 15)
    }

    @Test(.whereClocksGo)
    func `no program of the box can turn its clock`() async throws {
        let (outcome, _) = try await runVirtually(
            shifted(
                python(
                    """
                    import os
                    for attempt in (lambda: os.open("/etc/skylab-clock", os.O_RDWR), lambda: os.unlink("/etc/skylab-clock"),
                                    lambda: os.chmod("/etc/skylab-clock", 0o666), lambda: os.truncate("/etc/skylab-clock", 0)):
                        try: print(attempt())
                        except OSError as error: print(error.strerror)
                    """)))
        let answers = outcome.standardOutput.head.split(separator: "\n")
        #expect(answers.count == 4)
        #expect(
            answers.allSatisfy {
                ["Read-only file system", "Permission denied", "Device or resource busy"].contains($0)
            })
    }
}

extension Trait where Self == ConditionTrait {
    fileprivate static var whereClocksGo: Self {
        .enabled(
            if: ClockLibrary.find() != nil, "libskylab-clock.so is not built: scripts/build-helpers .build/debug")
    }
}
