import CSpawnProtocol
import Glibc
import GradeModel
import Synchronization

/// The library's side of the control socket. One thread reads: messages of `spawnd` and the output of all boxes.
final class SpawnerCore: Sendable {
    struct State {
        var boxes: [UInt64: BoxRecord] = [:]
        var lastID: UInt64 = 0
        /// What the socket had no room for yet.
        var outgoing: [Parcel] = []
        /// Those who wait for an answer, by its token.
        var asked: [Int: (box: UInt64, answer: Promise<Parcel?>)] = [:]
        var lastToken = 0
        /// Once set, the descriptors below are closed and their numbers may be somebody else's.
        var isLost = false
    }

    let process: pid_t
    private let control: Int32
    private let events: Int32
    private let state = Mutex(State())
    /// Fulfilled when `spawnd` and the thread are gone.
    let gone = Promise<Bool>()

    /// The token of the control socket among the events; ids of boxes begin at 1.
    private static let controlToken: UInt64 = 0

    /// What is heard of a box, by its token.
    private enum Source {
        case stream(Int)
        case initProcess

        private static let bits: UInt64 = 2

        init(token: UInt64) {
            let number = Int(token & (1 << Self.bits - 1))
            self = number < 2 ? .stream(number) : .initProcess
        }

        func token(of box: UInt64) -> UInt64 {
            let number: UInt64 =
                switch self {
                case .stream(let stream): UInt64(stream)
                case .initProcess: 2
                }
            return box << Self.bits | number
        }

        static func box(of token: UInt64) -> UInt64 { token >> bits }
    }

    init(path: String) throws(SandboxError) {
        var sockets: [Int32] = [-1, -1]
        let result = system_socket_pair(&sockets)
        guard result >= 0 else { throw .resources(step: "socketpair", errno: -result) }
        let ours = Descriptor(sockets[0])
        let theirs = Descriptor(sockets[1])
        let events = try Descriptor(system_events(), step: "epoll")
        let process = system_start_launcher(path, theirs.number)
        guard process > 0 else { throw .launcherNotStarted(path: path, errno: -process) }
        _ = system_events_add(events.number, ours.number, SpawnerCore.controlToken)
        self.process = process
        self.control = ours.take()
        self.events = events.take()
    }

    /// Starts the reading thread, which keeps the core alive until `spawnd` is gone.
    func startReading() throws(SandboxError) {
        var thread = pthread_t()
        let retained = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let core = Unmanaged<SpawnerCore>.fromOpaque(argument).takeRetainedValue()
                core.serve()
                return nil
            }, retained.toOpaque())
        guard result == 0 else {
            retained.release()
            shutdown(control, Int32(SHUT_RDWR))
            throw .resources(step: "pthread_create", errno: result)
        }
        pthread_detach(thread)
    }

    /// Lets `spawnd` end, and every box with it.
    func stop() {
        state.withLock { state in
            if !state.isLost { shutdown(control, Int32(SHUT_RDWR)) }
        }
    }

    // MARK: Sending

    /// Asks for a box. The request's memory and the pipes are the core's from here on.
    func launch(
        request: consuming Descriptor, clock: Int32?, output: consuming Pipe, error: consuming Pipe,
        policy: SandboxPolicy, omissions: SandboxOmissions, namespaceProblem: String?, lodging: [Int32] = [],
        kept: Int32? = nil
    ) throws(SandboxError) -> (id: UInt64, record: BoxRecord) {
        let (output, error) = (output.take(), error.take())
        let message =
            [request.take(), output.writing, error.writing] + (clock.map { [$0] } ?? []) + lodging
            + (kept.map { [$0] } ?? [])
        let record = BoxRecord(
            ready: Promise(), outcome: Promise(), outputLimit: policy.limits.output, wantsVirtualTime: clock != nil,
            collectedFiles: policy.collectedFiles, sink: policy.outputSink,
            namespaceProblem: namespaceProblem, streams: [output.reading, error.reading])
        let id = state.withLock { state -> UInt64? in
            if state.isLost { return nil }
            state.lastID += 1
            let id = state.lastID
            state.boxes[id] = record
            for (stream, descriptor) in [output.reading, error.reading].enumerated() {
                _ = system_events_add(events, descriptor, Source.stream(stream).token(of: id))
            }
            send(
                Parcel(
                    MESSAGE_LAUNCH, box: id,
                    values: [
                        Int((policy.limits.wallSeconds * 1000).rounded(.up)), Int(omissions.rawValue),
                        policy.container == nil ? 0 : 1, kept == nil ? 0 : 1,
                    ],
                    descriptors: message), &state)
            return id
        }
        guard let id else {
            for descriptor in message + [output.reading, error.reading] { close(descriptor) }
            throw .launcherLost
        }
        return (id, record)
    }

    /// Starts the program of a box that is ready.
    func start(_ id: UInt64) {
        state.withLock { state in
            guard state.boxes[id]?.go != nil else { return }
            state.boxes[id]?.letGo()
            send(Parcel(MESSAGE_START, box: id), &state)
        }
    }

    /// Ends a box because of a limit. Without effect once it has ended.
    func kill(_ id: UInt64, limit: ProgramEnding.Limit) {
        state.withLock { state in
            guard state.boxes[id] != nil else { return }
            state.boxes[id]?.dropGo()
            send(Parcel(MESSAGE_KILL, box: id, code: limit.code), &state)
        }
    }

    /// Takes what a box has written so far.
    func readOutput(of id: UInt64) {
        for stream in 0..<2 { readOutput(box: id, stream: stream) }
    }

    /// Asks for a space. The request's memory is the core's from here on.
    func openSpace(request: consuming Descriptor) throws(SandboxError) -> (id: UInt64, record: BoxRecord) {
        let memory = request.take()
        var record = BoxRecord(
            ready: Promise(), outcome: Promise(), outputLimit: 0, wantsVirtualTime: false, collectedFiles: [],
            sink: nil, namespaceProblem: nil, streams: [nil, nil])
        record.isSpace = true
        let id = state.withLock { [record] state -> UInt64? in
            if state.isLost { return nil }
            state.lastID += 1
            state.boxes[state.lastID] = record
            send(Parcel(MESSAGE_SPACE, box: state.lastID, descriptors: [memory]), &state)
            return state.lastID
        }
        guard let id else {
            close(memory)
            throw .launcherLost
        }
        return (id, record)
    }

    /// Sends a message that is answered; nil where the box ends first. The descriptors are the core's from here on.
    func ask(
        _ kind: message_kind, of id: UInt64, code: UInt32 = 0, index: Int = 0, descriptors: [Int32] = []
    ) async -> Parcel? {
        let answer = state.withLock { state -> Promise<Parcel?>? in
            guard state.boxes[id] != nil else { return nil }
            let answer = Promise<Parcel?>()
            state.lastToken += 1
            state.asked[state.lastToken] = (id, answer)
            send(
                Parcel(kind, box: id, code: code, values: [state.lastToken, index], descriptors: descriptors), &state)
            return answer
        }
        guard let answer else {
            for descriptor in descriptors { close(descriptor) }
            return nil
        }
        return await answer.value
    }

    /// Sends a signal to a box's program.
    func signal(_ id: UInt64, _ number: Int32) {
        state.withLock { state in
            guard state.boxes[id] != nil else { return }
            send(Parcel(MESSAGE_SIGNAL, box: id, code: UInt32(clamping: number)), &state)
        }
    }

    private func send(_ parcel: Parcel, _ state: inout State) {
        if state.outgoing.isEmpty, parcel.send(to: control) { return }
        state.outgoing.append(parcel)
        _ = system_events_writable(events, control, SpawnerCore.controlToken, 1)
    }

    private func sendRest() {
        state.withLock { state in
            while let first = state.outgoing.first, first.send(to: control) { state.outgoing.removeFirst() }
            if state.outgoing.isEmpty { _ = system_events_writable(events, control, SpawnerCore.controlToken, 0) }
        }
    }

    // MARK: Reading

    private func serve() {
        var ready = [system_event](repeating: system_event(), count: 32)
        serving: while true {
            let count = system_events_wait(events, &ready, Int32(ready.count))
            guard count >= 0 else { break }
            for event in ready.prefix(Int(count)) {
                if event.token != SpawnerCore.controlToken {
                    let box = Source.box(of: event.token)
                    switch Source(token: event.token) {
                    case .stream(let stream): readOutput(box: box, stream: stream)
                    case .initProcess: readReports(box: box)
                    }
                    continue
                }
                if event.writable != 0 { sendRest() }
                if event.readable != 0, !readMessages() { break serving }
            }
        }
        finish()
    }

    private func readOutput(box id: UInt64, stream: Int) {
        state.withLock { state in
            guard var record = state.boxes[id] else { return }
            if !record.read(stream: stream, atMost: 64 << 10) { record.closeStream(stream, events: events) }
            if record.outputBytes > record.outputLimit, !record.silenced {
                record.silenced = true
                for case let descriptor? in record.streams { _ = system_events_remove(events, descriptor) }
                send(Parcel(MESSAGE_KILL, box: id, code: ProgramEnding.Limit.output.code), &state)
            }
            state.boxes[id] = record
        }
    }

    /// Takes all messages that are there. Returns false when there will be no more.
    private func readMessages() -> Bool {
        while true {
            switch Parcel.receive(from: control) {
            case .nothing: return true
            case .end: return false
            case .parcel(let parcel):
                if !handle(parcel) { return false }
            }
        }
    }

    /// Takes what a box's init says: of its own box and of no other.
    private func readReports(box id: UInt64) {
        while let channel = state.withLock({ $0.boxes[id]?.channel }) {
            switch Parcel.receive(from: channel) {
            case .nothing:
                return
            case .end:
                // Without a report: `spawnd` tells how it ended.
                state.withLock { $0.boxes[id]?.closeChannel(events: events) }
            case .parcel(var parcel):
                parcel.box = id
                switch message_kind(rawValue: parcel.kind) {
                case MESSAGE_HELLO, MESSAGE_READY: parcel.close()
                default: _ = handle(parcel)
                }
            }
        }
    }

    private func handle(_ parcel: Parcel) -> Bool {
        switch message_kind(rawValue: parcel.kind) {
        case MESSAGE_HELLO:
            return parcel.value(HELLO_VERSION.rawValue) == Int(PROTOCOL_VERSION)
        case MESSAGE_READY:
            let record = state.withLock { state -> BoxRecord? in
                state.boxes[parcel.box]?.noteReady(parcel)
                return state.boxes[parcel.box]
            }
            if let record {
                let listeners = Array(parcel.descriptors.dropLast(record.isSpace ? 0 : BoxRecord.ownDescriptors))
                record.ready.fulfil(
                    .success(BoxReady(listeners: listeners, layers: record.layers, tier: record.tier)))
                if let channel = record.channel {
                    _ = system_events_add(events, channel, Source.initProcess.token(of: parcel.box))
                }
            } else {
                parcel.close()
            }
        case MESSAGE_FAILED:
            let code = Int32(bitPattern: parcel.code)
            let isGeneral = parcel.value(FAILED_BLANK.rawValue) != 0
            let error: SandboxError =
                isGeneral ? .noBlank(step: parcel.text, errno: code) : .unavailable(step: parcel.text, errno: code)
            if let record = remove(parcel.box) { fail([record], with: error) }
        case MESSAGE_ENDED:
            if let record = remove(parcel.box) {
                let outcome = record.outcome(of: parcel)
                record.ready.fulfil(.failure(.boxLost))
                record.outcome.fulfil(outcome)
            }
            parcel.close()
        case MESSAGE_GIVEN, MESSAGE_RAN, MESSAGE_USED:
            let token = parcel.value(ASKED_TOKEN.rawValue)
            if let asked = state.withLock({ $0.asked.removeValue(forKey: token) }) {
                asked.answer.fulfil(parcel)
            } else {
                parcel.close()
            }
        default:
            parcel.close()
        }
        return true
    }

    /// Takes a box out of the table, with all of its output.
    private func remove(_ id: UInt64) -> BoxRecord? {
        let (record, waiting) = state.withLock { state in
            var record = state.boxes.removeValue(forKey: id)
            record?.drain(events: events)
            let waiting = state.asked.filter { $0.value.box == id }
            for token in waiting.keys { state.asked[token] = nil }
            return (record, waiting.map(\.value.answer))
        }
        for answer in waiting { answer.fulfil(nil) }
        return record
    }

    private func fail(_ records: [BoxRecord], with error: SandboxError) {
        for record in records {
            record.ready.fulfil(.failure(error))
            record.outcome.fulfil(.failure(error))
        }
    }

    /// `spawnd` is gone, or as good as: nothing of any box is left behind it.
    private func finish() {
        let orphans = state.withLock { state -> [BoxRecord] in
            state.isLost = true
            for parcel in state.outgoing { parcel.close() }
            state.outgoing = []
            var orphans = Array(state.boxes.values)
            state.boxes = [:]
            for index in orphans.indices { orphans[index].drain(events: events) }
            for asked in state.asked.values { asked.answer.fulfil(nil) }
            state.asked = [:]
            close(control)
            close(events)
            return orphans
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        fail(orphans, with: .launcherLost)
        gone.fulfil(true)
    }
}
