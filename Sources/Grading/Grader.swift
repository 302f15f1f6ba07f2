import Checks
import CloudState
import Digests
import EmulatorCore
package import EmulatorServer
import Glibc
package import GradeModel
import Images
import JSONValue
package import LabFormat
package import Sandbox
import ServiceModel
import Submissions
import Synchronization
import Workloads

/// Grades submissions: one emulator and one box each.
package struct Grader: Sendable {
    /// What a grading depends on beside lab and submission.
    package struct Options: Sendable {
        package var engineVersion: String
        /// Ids, addresses and keys in the region follow from it.
        package var seed: String
        package var region = "us-east-1"
        package var attempt = 1
        package var language = "en"
        /// The real time at which the grading began, for reports; grading does not depend on it.
        package var startedAt: String

        package init(engineVersion: String, seed: String, startedAt: String) {
            self.engineVersion = engineVersion
            self.seed = seed
            self.startedAt = startedAt
        }
    }

    private let lab: LoadedLab
    private let options: Options
    private let spawner: Spawner
    private let server: EmulatorServer
    private let clients: Clients

    /// When virtual time begins in every region, whatever the day: equal input gives equal reports.
    private static let epoch = Timestamp(year: 2026, month: 9, day: 1, hour: 8)

    package init(lab: LoadedLab, options: Options, spawner: Spawner, server: EmulatorServer, clients: Clients) {
        self.lab = lab
        self.options = options
        self.spawner = spawner
        self.server = server
        self.clients = clients
    }

    /// Grades one submission. Whatever happens, there is a result: a submission that cannot be run earns nothing and
    /// says why; a grader that breaks gives a result that is marked as such.
    ///
    /// `path` is that of a folder or an archive; `name` is what reports call the submission, if not by the path.
    package func grade(
        submissionAt path: String, named name: String? = nil, events: @Sendable (RunEvent) -> Void = { _ in }
    ) async -> GradeResult {
        let clock = ContinuousClock()
        let start = clock.now
        var result = blank(name: name ?? path.split(separator: "/").last.map(String.init) ?? path)
        do {
            let submission = try Submission(at: path, entries: lab.lab.entries)
            result.submission = name ?? submission.name
            result.submissionDigest = submission.digest
            emitStart(result, events)
            try await grade(submission, &result, events)
        } catch let error as SubmissionError {
            result.problem = error.message
            result.problemCause = error.isOfMachine ? .infrastructure : .submission
        } catch {
            result.problem = "\(error)"
            result.problemCause = .infrastructure
        }
        if result.checks.isEmpty, let problem = result.problem {
            result.checks = unreached(problem, result.problemCause)
            for check in result.checks { events(.checkFinished(check)) }
        }
        result.seconds = start.duration(to: clock.now).seconds
        events(.finished(result))
        return result
    }

    private func emitStart(_ result: GradeResult, _ events: (RunEvent) -> Void) {
        events(
            .started(
                lab: result.labID, title: result.labTitle, submission: result.submission,
                checks: lab.lab.checks.count))
    }

    private func grade(
        _ submission: Submission, _ result: inout GradeResult, _ events: @Sendable (RunEvent) -> Void
    ) async throws {
        let entry = try Entry(submission, lab.lab)
        let policy = try StudentBox.policy(
            entry, submission, lab.lab, region: options.region, clients: clients)
        let setUp = try RegionSetUp(lab.lab, region: options.region)
        try setUp.rehearse(seed: options.seed, epoch: Self.epoch, student: Self.student)
        let box = try await spawner.launch(policy)
        let callLimit = lab.lab.limits.apiCalls
        let dataLimit = lab.lab.limits.apiDataBytes
        var configuration = Emulator.Configuration(
            seed: options.seed, epoch: Self.epoch, clock: Self.clock(of: box), defaultCaller: Self.student,
            trailLimit: callLimit + 1
        ) { demand in
            let isTooMuch = demand.bytes > dataLimit
            guard isTooMuch || (!demand.isInside && demand.calls > callLimit) else { return true }
            box.kill(isTooMuch ? .apiData : .apiCalls)
            return false
        }
        configuration.keptAnswerBytes = APICall.maximumAnswer
        configuration.enforcesIAM = lab.lab.account.enforcesIAM
        let runsContainers = lab.lab.containers == .run
        let atHand = ImageStore(folders: ["\(lab.folder)/images"], cache: ImageStore.defaultCache(Self.variable))
            .registryImages
        configuration.prepare = { world in
            world.runsContainers = runsContainers
            world.imagesAtHand = atHand
            setUp.prepare(&world, student: Self.student)
            world.autonomy = Autonomy(steps: Self.mostSteps, bytes: dataLimit)
        }
        let images = images()
        let containers = tasks(images)
        let workloads = WorkloadRunner(functions: functions(images), tasks: containers)
        configuration.effects = workloads
        let emulator = Emulator(configuration)
        let gateway = TaskGateway(emulator, containers)
        let services = runsContainers ? Administration(respond: nil) { gateway.answerByName($0) } : nil
        var listeners: [EmulatorServer.Listener] = []
        for descriptor in box.listenerDescriptors {
            listeners.append(
                try await server.listen(descriptor: descriptor, emulator: emulator, administration: services))
        }
        events(.programStarted(interface: entry.interface.kind.rawValue, entry: entry.file.path))
        let start = ContinuousClock.now
        box.start()
        let outcome: SandboxOutcome
        do {
            outcome = try await box.outcome()
        } catch {
            for listener in listeners { await listener.close() }
            await workloads.close()
            throw error
        }
        for listener in listeners { await listener.close() }
        guard await settle(emulator, workloads) else {
            _ = record(outcome, entry, emulator, &result)
            throw SubmissionError(
                "what the program has set going was not over \(Int(lab.lab.limits.wallSeconds.rounded(.up))) s after it: look for functions that invoke one another, and for schedules"
            )
        }
        guard !emulator.world.autonomy.isUsedUp else {
            _ = record(outcome, entry, emulator, &result)
            throw SubmissionError(
                "what the program has set going came to more than \(Self.mostSteps) steps or \(dataLimit >> 20) MiB of messages: look for schedules that sleeps run through, and for rules that set off one another"
            )
        }
        if runsContainers {
            let evidence = RegionEvidence(
                emulator.world, region: options.region, caller: Self.student, scenarios: lab.lab.scenarios)
            await workloads.look(at: AskedPaths.of(lab.lab, evidence))
        }
        await workloads.close()
        let trail = record(outcome, entry, emulator, &result)
        if let program = result.program { events(.programFinished(program)) }
        let invocations = await Invocations.run(
            lab.lab, on: emulator.world, configuration, region: options.region
        ) { functions(images) }
        let invoker = functions(images)
        let tasks = await TaskRuns.run(
            lab.lab, on: emulator.world, configuration, region: options.region, with: invoker)
        await invoker.close()
        let probes = RegionEvidence.Probes(
            invocations: invocations, tasks: tasks,
            documents: SubmittedDocuments(submission: submission, entry: entry, trail: trail))
        try evaluate(emulator, probes, &result, events)
        // What only reports need is worked out when the verdict stands.
        result.apiCalls = trail.records.map { APICall($0, since: start) }
        result.topology = try? Topology(emulator, region: options.region)
    }

    /// What may happen in the account by itself: a week of ten schedules by the minute is a fifth of it.
    private static let mostSteps = 500_000

    /// What was under way when the program ended comes to its end before anybody looks, in the time that the program had.
    /// Returns whether it did; otherwise it was ended.
    private func settle(_ emulator: Emulator, _ workloads: WorkloadRunner) async -> Bool {
        emulator.catchUp()
        let isOverdue = Atomic(false)
        let seconds = lab.lab.limits.wallSeconds
        let watch = Task {
            try await Task.sleep(for: .seconds(seconds))
            isOverdue.store(true, ordering: .relaxed)
            await workloads.close()
        }
        await emulator.settleAll { !isOverdue.load(ordering: .relaxed) }
        watch.cancel()
        return !isOverdue.load(ordering: .relaxed)
    }

    /// Runs the functions of one region's account.
    private func functions(_ images: ImageStore) -> FunctionRunner {
        let (spawner, server, searchPath) = (spawner, server, clients.searchPath)
        return FunctionRunner {
            FunctionRunner.Tools(spawner: spawner, server: server, images: images, searchPath: searchPath)
        }
    }

    /// Runs the tasks of one region's account.
    private func tasks(_ images: ImageStore) -> TaskRunner {
        let (spawner, server, searchPath) = (spawner, server, clients.searchPath)
        return TaskRunner {
            TaskRunner.Tools(spawner: spawner, server: server, images: images, searchPath: searchPath)
        }
    }

    /// The lab's images, and those that come with Skylab.
    private func images() -> ImageStore {
        ImageStore(
            folders: ["\(lab.folder)/images"] + clients.imageFolders, cache: ImageStore.defaultCache(Self.variable))
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    private func record(
        _ outcome: SandboxOutcome, _ entry: Entry, _ emulator: Emulator, _ result: inout GradeResult
    ) -> Trail {
        emulator.catchUp()
        var usage = outcome.usage
        let trail = emulator.trail
        usage.apiCalls = trail.count
        usage.apiBytes = emulator.receivedBytes
        usage.virtualSeconds = Double(emulator.world.now.milliseconds - Self.epoch.milliseconds) / 1000
        result.program = ProgramRun(
            interface: entry.interface.kind.rawValue, entry: entry.file.path, ending: outcome.ending,
            standardOutput: outcome.standardOutput, standardError: outcome.standardError, usage: usage,
            limits: StudentBox.shown(lab.lab.limits), files: StudentBox.handedIn(outcome.collected))
        result.sandboxTier = outcome.tier.rawValue
        result.sandboxLayers = outcome.layers
        return trail
    }

    private func evaluate(
        _ emulator: Emulator, _ probes: RegionEvidence.Probes, _ result: inout GradeResult, _ events: (RunEvent) -> Void
    ) throws {
        let evidence = RegionEvidence(
            emulator.world, region: options.region, caller: Self.student, scenarios: lab.lab.scenarios,
            probes: probes)
        var sum = DigestState(.sha256)
        sum.update(Array(try evidence.everything().utf8))
        result.stateDigest = sum.finish().hex
        let runner = CheckRunner(lab: lab.lab, attempt: options.attempt, language: options.language)
        result.checks = runner.run(
            in: evidence, started: { events(.checkStarted(id: $0.id)) }, finished: { events(.checkFinished($0)) })
    }

    /// Virtual time goes by what the program sleeps, where its sleeps can be seen.
    private static func clock(of box: SandboxBox) -> ClockPolicy {
        guard let clock = box.clock else { return .settling }
        return .sleeping { clock.sleptMilliseconds }
    }

    /// The checks of a submission that never ran: failed where that is the student's doing, else an error.
    private func unreached(_ problem: String, _ cause: ProblemCause) -> [CheckResult] {
        lab.lab.checks.map { check in
            CheckResult(
                id: check.id, title: check.title?.text(in: options.language) ?? check.id, kind: check.kind.name,
                verdict: cause == .submission ? .failed : .error, points: .zero, maximum: check.points,
                extraCredit: check.extraCredit, visibility: check.visibility, message: "Not run: \(problem)")
        }
    }

    private func blank(name: String) -> GradeResult {
        GradeResult(
            engineVersion: options.engineVersion, labID: lab.lab.id, labTitle: lab.lab.title.text(in: options.language),
            labDigest: lab.digest, submission: name, submissionDigest: "", seed: options.seed, region: options.region,
            startedAt: options.startedAt, seconds: 0, program: nil, problem: nil, checks: [], sandboxTier: "none",
            sandboxLayers: [], apiCalls: [], stateDigest: "")
    }

    /// Who the student's program is to the emulated account.
    private static let student = Caller(
        accessKeyID: "", accountID: "123456789012", arn: "arn:aws:iam::123456789012:user/student",
        userID: "AIDASKYLABSTUDENT0000")
}

extension Duration {
    /// Seconds with a fraction.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
