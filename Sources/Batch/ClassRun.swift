package import GradeModel
import ReportFiles
package import ResultsFolder
import Synchronization

/// Grades a class into a results folder, so that the same command goes on where any end of the process left it.
///
/// A result's files are in place before the store says that it counts; what the store does not say is run again.
package struct ClassRun: Sendable {
    /// Grades the submission at a path under a name; the same as ``Grading``'s `Grader`. `attempt` counts the student's
    /// different submissions, from 1.
    package typealias Grade =
        @Sendable (
            _ path: String, _ name: String, _ attempt: Int, _ events: @Sendable (RunEvent) -> Void
        ) async -> GradeResult

    package struct Options: Sendable {
        /// Submissions at a time.
        package var jobs = 1
        /// Whether everything is run, changed or not.
        package var force = false
        /// Whether results that would replace others wait until a run without this.
        package var holds = false
        /// Waits before the second, third … run of a submission on which the grader broke.
        package var backOff: [Duration] = [.milliseconds(500), .seconds(2)]
        /// What the lab's programs are called.
        package var entries: [String] = []

        package init() {}
    }

    let folder: String
    let manifest: ResultsManifest
    let students: [Student]
    let submissions: String
    let options: Options
    let store: BatchStore
    private let lock: FolderLock

    /// Opens or makes the results folder and takes it for this process.
    ///
    /// `submissions` is the folder that the students' submissions are relative to.
    package init(
        _ manifest: ResultsManifest, _ students: [Student], submissions: String, folder: String, options: Options
    ) throws(BatchError) {
        var manifest = manifest
        var otherLab: String?
        do throws(ReportFileError) { try makeFolders(folder) } catch { throw .file(error) }
        lock = try FolderLock(folder: folder)
        do throws(ResultsError) {
            let old = try ResultsFolder.manifest(in: folder)
            manifest.createdAt = old.createdAt
            if old.labID != manifest.labID { otherLab = old.labID }
        } catch {
            // Without a manifest the folder is a new one.
            guard case .file = error else { throw .results(error) }
        }
        if let otherLab { throw .otherLab(folder: folder, found: otherLab, wanted: manifest.labID) }
        store = try BatchStore(path: "\(folder)/results.sqlite")
        do throws(ResultsError) { try ResultsFolder.write(manifest, students, to: folder) } catch {
            throw .results(error)
        }
        self.manifest = manifest
        self.students = students
        self.submissions = submissions
        self.folder = folder
        self.options = options
    }

    /// Grades what has no result yet, shows what would change, and puts the new results in place.
    ///
    /// `announce` is called with results whose points differ from those that count, before they are replaced.
    package func run(
        finishedAt: String, grade: @escaping Grade, announce: ([ResultChange]) -> Void,
        events: @escaping @Sendable (BatchEvent) -> Void
    ) async throws(BatchError) -> BatchOutcome {
        let plan = try plan()
        events(
            .planned(
                submissions: plan.work.count + plan.unchanged, unchanged: plan.unchanged, missing: plan.missing))
        var outcome = BatchOutcome()
        outcome.unchanged = plan.unchanged
        outcome.missing = plan.missing
        outcome.errors = try await gradeAll(plan, grade, events)
        outcome.graded = plan.work.count - outcome.errors.count
        outcome.changes = try changes()
        if !outcome.changes.isEmpty { announce(outcome.changes) }
        let pending = try store.pending()
        outcome.areHeld = options.holds && !pending.isEmpty
        if !options.holds {
            for student in students {
                if let row = pending[student.key] { try promote(student, row) }
            }
        }
        // The class files are made anew unless they are those of exactly these results.
        if !plan.work.isEmpty || !pending.isEmpty || !hasClassFiles { try writeClassFiles() }
        var manifest = manifest
        manifest.finishedAt = finishedAt
        do throws(ResultsError) { try ResultsFolder.write(manifest, students, to: folder) } catch {
            throw .results(error)
        }
        return outcome
    }

    // MARK: What is to be done

    struct Work: Sendable {
        var student: Student
        var path: String
        var key: String
        /// Of the submission alone.
        var digest: String
    }

    struct Plan: Sendable {
        var work: [Work] = []
        var unchanged = 0
        var missing = 0
        var counted: [String: BatchStore.Row] = [:]
    }

    private func plan() throws(BatchError) -> Plan {
        var plan = Plan()
        plan.counted = try store.results()
        let pending = try store.pending()
        let keys = CacheKey(
            engineVersion: manifest.engineVersion, labDigest: manifest.labDigest, seed: manifest.seed,
            entries: options.entries)
        for student in students {
            guard let name = student.submission else {
                plan.missing += 1
                continue
            }
            let path = "\(submissions)/\(name)"
            let (key, digest) = keys.key(ofSubmissionAt: path)
            let work = Work(student: student, path: path, key: key, digest: digest)
            let known = pending[student.key] ?? plan.counted[student.key]
            // Who deletes a result wants another one.
            let isThere = pending[student.key] != nil || hasResult(student)
            if let known, known.key == work.key, !known.hasError, isThere, !options.force {
                plan.unchanged += 1
            } else if pending[student.key] != nil, plan.counted[student.key]?.key == work.key, !options.force {
                // The submission is again what it was: what waits is of no use.
                try store.drop(pending: student.key)
                plan.unchanged += 1
            } else {
                plan.work.append(work)
            }
        }
        return plan
    }

    private func changes() throws(BatchError) -> [ResultChange] {
        let (counted, pending) = (try store.results(), try store.pending())
        return students.compactMap { student in
            guard let old = counted[student.key], let new = pending[student.key], !old.hasError, old.score != new.score
            else {
                return nil
            }
            return ResultChange(student: student, old: old.score, new: new.score)
        }
    }

    // MARK: Doing it

    private func gradeAll(
        _ plan: Plan, _ grade: @escaping Grade, _ events: @escaping @Sendable (BatchEvent) -> Void
    ) async throws(BatchError) -> [Student] {
        do {
            return try await withThrowingTaskGroup(of: Student?.self) { group in
                var errors: [Student] = []
                for (index, work) in plan.work.enumerated() {
                    if index >= max(1, options.jobs), let broken = try await group.next() {
                        if let broken { errors.append(broken) }
                    }
                    group.addTask { try await gradeOne(work, plan.counted[work.student.key], grade, events) }
                }
                while let broken = try await group.next() { if let broken { errors.append(broken) } }
                return errors
            }
        } catch let error as BatchError {
            throw error
        } catch {
            throw .ambiguous("\(error)")
        }
    }

    /// Runs one submission until the grader does not break, or has broken often enough; the student where it did.
    private func gradeOne(
        _ work: Work, _ counted: BatchStore.Row?, _ grade: Grade, _ events: @escaping @Sendable (BatchEvent) -> Void
    ) async throws(BatchError) -> Student? {
        let student = work.student
        events(.started(student))
        let attempt = attempt(of: work, counted)
        var result = try await journalled(work, attempt, grade, events)
        for wait in options.backOff where result.hasError {
            events(.retrying(student, reason: result.problem ?? "a check could not be evaluated"))
            do { try await Task.sleep(for: wait) } catch { break }
            result = try await journalled(work, attempt, grade, events)
        }
        result.redactSecrets()
        try keep(result, work, counted)
        events(.finished(student, result))
        return result.hasError ? student : nil
    }

    private func journalled(
        _ work: Work, _ attempt: Int, _ grade: Grade, _ events: @escaping @Sendable (BatchEvent) -> Void
    ) async throws(BatchError) -> GradeResult {
        let key = work.student.key
        try store.begin(key)
        let journal = Mutex<(next: Int, error: BatchError?)>((0, nil))
        let result = await grade(work.path, work.student.id, attempt) { event in
            guard case .checkFinished(let check) = event else { return }
            journal.withLock { state in
                guard state.error == nil else { return }
                do throws(BatchError) {
                    try store.record(check, at: state.next, of: key)
                    state.next += 1
                    events(.checked(work.student, check: check.id))
                } catch {
                    state.error = error
                }
            }
        }
        if let error = journal.withLock({ $0.error }) { throw error }
        return result
    }
}
