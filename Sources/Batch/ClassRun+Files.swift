import Glibc
import GradeModel
import JUnitXML
import ReportFiles
import ResultsFolder

extension ClassRun {
    /// Submissions in one file of the class's JUnit.
    private static let chunk = 100

    /// Puts a fresh result in place, or lets it wait where another one counts. A broken grader replaces nothing.
    func keep(_ result: GradeResult, _ work: Work, _ counted: BatchStore.Row?) throws(BatchError) {
        if let counted, result.hasError, !counted.hasError { return }
        let row = BatchStore.Row(
            student: work.student.key, key: work.key, attempt: (counted?.attempt ?? 0) + 1, score: result.score,
            maximum: result.maximum, hasError: result.hasError)
        let folder = ResultsFolder.folder(of: row.student, in: folder)
        try writing { () throws(ReportFileError) in try makeFolders("\(folder)/attempts") }
        if counted == nil {
            try publish(result, row)
        } else {
            try write(result, "\(folder)/pending.json")
            try store.hold(row)
        }
    }

    /// Whether the result that counts is in its place.
    func hasResult(_ student: Student) -> Bool {
        access("\(ResultsFolder.folder(of: student.key, in: folder))/result.json", R_OK) == 0
    }

    /// Which of the student's different submissions this is, from 1; results of before that cannot be read do not count.
    func attempt(of work: Work, _ counted: BatchStore.Row?) -> Int {
        guard let counted else { return 1 }
        let earlier = (try? ResultsFolder.attempts(of: work.student.key, in: folder, count: counted.attempt)) ?? []
        let digests = Set(earlier.map(\.submissionDigest)).subtracting([work.digest])
        return digests.count + 1
    }

    /// Makes a result that waited count.
    func promote(_ student: Student, _ row: BatchStore.Row) throws(BatchError) {
        let path = "\(ResultsFolder.folder(of: student.key, in: folder))/pending.json"
        let bytes: [UInt8]
        do throws(ReportFileError) { bytes = try readFile(path) } catch { throw .file(error) }
        let result: GradeResult
        do throws(GradeResultError) { result = try GradeResult(json: bytes) } catch {
            throw .results(.malformed(file: path, detail: error.description))
        }
        try publish(result, row)
        unlink(path)
    }

    /// Files first, then the store: in between, the same files are simply written again.
    private func publish(_ result: GradeResult, _ row: BatchStore.Row) throws(BatchError) {
        let folder = ResultsFolder.folder(of: row.student, in: folder)
        try write(result, "\(folder)/attempts/\(row.attempt).json")
        let junit: [UInt8]
        do throws(JUnitError) { junit = try JUnitReport(result, audience: .instructor).xml() } catch {
            throw .ambiguous(error.description)
        }
        try writing { () throws(ReportFileError) in try writeFileAtomically(junit, to: "\(folder)/junit.xml") }
        try write(result, "\(folder)/result.json")
        try store.publish(row)
    }

    private func write(_ result: GradeResult, _ path: String) throws(BatchError) {
        let bytes: [UInt8]
        do throws(GradeResultError) { bytes = try result.json() } catch {
            throw .results(.malformed(file: path, detail: error.description))
        }
        try writing { () throws(ReportFileError) in try writeFileAtomically(bytes, to: path) }
    }

    private func writing(_ action: () throws(ReportFileError) -> Void) throws(BatchError) {
        do throws(ReportFileError) { try action() } catch { throw .file(error) }
    }

    // MARK: The class

    private var classFiles: String { "\(folder)/junit" }

    var hasClassFiles: Bool { access("\(classFiles)/class-001.xml", F_OK) == 0 }

    /// The class in few files of the Ant profile, whose root holds several suites.
    func writeClassFiles() throws(BatchError) {
        var tree = FileTree()
        var suites: [JUnitSuite] = []
        var number = 1
        func close() throws(BatchError) {
            let digits = String(number)
            let name = "class-\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits).xml"
            do {
                try tree.add(try JUnitReport.xml(ofClass: suites), at: name)
            } catch let error as ReportFileError {
                throw .file(error)
            } catch {
                throw .ambiguous("\(error)")
            }
            suites = []
            number += 1
        }
        let results: ResultsFolder
        do throws(ResultsError) { results = try ResultsFolder(path: folder) } catch { throw .results(error) }
        for student in students {
            do throws(ResultsError) {
                guard let result = try results.result(of: student) else { continue }
                suites.append(JUnitSuite(result, audience: .instructor))
            } catch {
                throw .results(error)
            }
            if suites.count == Self.chunk { try close() }
        }
        if !suites.isEmpty || number == 1 { try close() }
        try writing { () throws(ReportFileError) in try tree.write(to: classFiles) }
    }
}
