import FoundationEssentials
package import GradeModel
import ReportFiles

/// The results of a class, as `skylab batch` leaves them in a folder. For reading: no database is touched.
///
/// - `batch.json`: the manifest;
/// - `students.json`: who is in the class, handed in or not;
/// - `submissions/KEY/result.json` and `junit.xml`: the result that counts, `docs/result-schema.md`;
/// - `submissions/KEY/attempts/N.json`: every result that ever counted, counted from 1;
/// - `junit/`: the class in few files;
/// - `results.sqlite`: the journal and index, `skylab batch`'s own.
package struct ResultsFolder: Sendable {
    package let path: String
    package let manifest: ResultsManifest
    /// In the order of the roster, then of the submissions' names.
    package let students: [Student]

    /// Reads the manifest and the list of students; results are read when they are asked for.
    package init(path: String) throws(ResultsError) {
        self.path = path
        guard exists(Self.manifestPath(path)) else { throw .notResults(folder: path) }
        manifest = try Self.manifest(in: path)
        students = try Self.decode(StudentList.self, at: Self.studentsPath(path)).students
    }

    /// The result that counts; nil where there is none yet, as for students who handed nothing in.
    package func result(of student: Student) throws(ResultsError) -> GradeResult? {
        try Self.result(at: "\(folder(of: student))/result.json")
    }

    /// Every result that ever counted, oldest first; the last one is the one that counts now.
    package func attempts(of student: Student) throws(ResultsError) -> [GradeResult] {
        try Self.attempts(of: student.key, in: path, count: .max)
    }

    /// As `attempts(of:)`, of the student with a key, and at most so many.
    package static func attempts(
        of key: String, in folder: String, count: Int
    ) throws(ResultsError) -> [GradeResult] {
        let folder = Self.folder(of: key, in: folder)
        var attempts: [GradeResult] = []
        while attempts.count < count, let result = try result(at: "\(folder)/attempts/\(attempts.count + 1).json") {
            attempts.append(result)
        }
        return attempts
    }

    /// Where a student's files are.
    package func folder(of student: Student) -> String { Self.folder(of: student.key, in: path) }

    // MARK: Layout

    package static func manifestPath(_ folder: String) -> String { "\(folder)/batch.json" }
    package static func studentsPath(_ folder: String) -> String { "\(folder)/students.json" }
    package static func folder(of key: String, in folder: String) -> String { "\(folder)/submissions/\(key)" }

    /// The manifest alone.
    package static func manifest(in folder: String) throws(ResultsError) -> ResultsManifest {
        try decode(ResultsManifest.self, at: manifestPath(folder))
    }

    // MARK: Writing

    /// Writes the manifest and the students into a folder that exists.
    package static func write(
        _ manifest: ResultsManifest, _ students: [Student], to folder: String
    ) throws(ResultsError) {
        // The manifest comes last: who finds it finds the students, too.
        try encode(StudentList(students: students), to: studentsPath(folder))
        try encode(manifest, to: manifestPath(folder))
    }

    private static func encode(_ value: some Encodable, to path: String) throws(ResultsError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes: [UInt8]
        do { bytes = Array(try encoder.encode(value)) + [0x0A] } catch {
            throw .malformed(file: path, detail: "\(error)")
        }
        do throws(ReportFileError) { try writeFileAtomically(bytes, to: path) } catch { throw .file(error) }
    }

    // MARK: Reading

    private static func decode<Value: Decodable>(_ type: Value.Type, at path: String) throws(ResultsError) -> Value {
        let bytes: [UInt8]
        do throws(ReportFileError) { bytes = try readFile(path) } catch { throw .file(error) }
        do {
            let data = Data(bytes)
            let version = try JSONDecoder().decode(Version.self, from: data).schemaVersion
            guard version <= ResultsManifest.currentVersion else {
                throw ResultsError.newerVersion(file: path, version: version)
            }
            return try JSONDecoder().decode(Value.self, from: data)
        } catch let error as ResultsError {
            throw error
        } catch {
            throw .malformed(file: path, detail: "\(error)")
        }
    }

    private static func result(at path: String) throws(ResultsError) -> GradeResult? {
        guard exists(path) else { return nil }
        let bytes: [UInt8]
        do throws(ReportFileError) { bytes = try readFile(path) } catch { throw .file(error) }
        do throws(GradeResultError) {
            return try GradeResult(json: bytes)
        } catch {
            throw .malformed(file: path, detail: error.description)
        }
    }
}

/// `students.json`.
private struct StudentList: Codable {
    var schemaVersion = ResultsManifest.currentVersion
    var students: [Student]
}

/// The one member that every version has.
private struct Version: Decodable {
    var schemaVersion: Int
}

/// Whether something is there, however little of it can be read.
private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
