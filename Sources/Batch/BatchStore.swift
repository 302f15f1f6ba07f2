import GRDB
package import GradeModel

/// The journal and index of a results folder: `results.sqlite`, in WAL mode with every commit on the disk.
///
/// - `journal`: the verdicts of the run under way or last ended of each student, one row a check, written before the
///   next check starts;
/// - `results`: what counts, one row a student, written after its files are in place;
/// - `pending`: what was graded and waits to replace a result that counts.
package final class BatchStore: Sendable {
    /// The newest layout that this Skylab knows, kept in `PRAGMA user_version`.
    package static let version = 1

    /// A row of `results` or `pending`.
    package struct Row: Sendable, Equatable {
        package var student: String
        /// SHA-256 over everything that the result depends on.
        package var key: String
        /// The number of the file below `attempts`, from 1.
        package var attempt: Int
        package var score: Points
        package var maximum: Points
        /// Whether the grader broke, so that the score means nothing.
        package var hasError: Bool

        package init(student: String, key: String, attempt: Int, score: Points, maximum: Points, hasError: Bool) {
            self.student = student
            self.key = key
            self.attempt = attempt
            self.score = score
            self.maximum = maximum
            self.hasError = hasError
        }
    }

    /// A row of `journal`.
    package struct Verdict: Sendable, Equatable {
        package var student: String
        package var position: Int
        package var check: String
        package var verdict: String
        package var points: Points
    }

    private let path: String
    private let database: DatabaseQueue

    /// Opens the store, or makes it.
    package init(path: String) throws(BatchError) {
        self.path = path
        do {
            var configuration = Configuration()
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            database = try DatabaseQueue(path: path, configuration: configuration)
            let found = try database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
            guard found <= Self.version else { throw BatchError.newerStore(file: path, version: found) }
            if found == 0 { try database.write { try Self.create($0) } }
        } catch let error as BatchError {
            throw error
        } catch {
            throw .store(file: path, detail: "\(error)")
        }
    }

    private static func create(_ database: Database) throws {
        for table in ["results", "pending"] {
            try database.execute(
                sql: """
                    CREATE TABLE \(table) (
                        student TEXT PRIMARY KEY, key TEXT NOT NULL, attempt INTEGER NOT NULL, score INTEGER NOT NULL,
                        maximum INTEGER NOT NULL, error INTEGER NOT NULL) WITHOUT ROWID
                    """)
        }
        try database.execute(
            sql: """
                CREATE TABLE journal (
                    student TEXT NOT NULL, position INTEGER NOT NULL, check_id TEXT NOT NULL, verdict TEXT NOT NULL,
                    points INTEGER NOT NULL, PRIMARY KEY (student, position)) WITHOUT ROWID
                """)
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }

    // MARK: The journal

    /// A run begins: what is left of an earlier one goes.
    package func begin(_ student: String) throws(BatchError) {
        try write { try $0.execute(sql: "DELETE FROM journal WHERE student = ?", arguments: [student]) }
    }

    /// On the disk when it returns.
    package func record(_ check: CheckResult, at position: Int, of student: String) throws(BatchError) {
        try write {
            try $0.execute(
                sql: "INSERT OR REPLACE INTO journal VALUES (?, ?, ?, ?, ?)",
                arguments: [student, position, check.id, check.verdict.rawValue, check.points.thousandths])
        }
    }

    /// All verdicts, by student and position.
    package func verdicts() throws(BatchError) -> [Verdict] {
        try read { database in
            try GRDB.Row.fetchAll(database, sql: "SELECT * FROM journal ORDER BY student, position").map {
                Verdict(
                    student: $0["student"], position: $0["position"], check: $0["check_id"], verdict: $0["verdict"],
                    points: Points(thousandths: $0["points"]))
            }
        }
    }

    // MARK: Results

    package func results() throws(BatchError) -> [String: Row] { try rows("results") }
    package func pending() throws(BatchError) -> [String: Row] { try rows("pending") }

    /// Notes a result that waits.
    package func hold(_ row: Row) throws(BatchError) { try write { try Self.insert(row, "pending", $0) } }

    /// Notes a result that counts from now on, and waits no more.
    package func publish(_ row: Row) throws(BatchError) {
        try write {
            try Self.insert(row, "results", $0)
            try $0.execute(sql: "DELETE FROM pending WHERE student = ?", arguments: [row.student])
        }
    }

    /// Forgets a result that waits.
    package func drop(pending student: String) throws(BatchError) {
        try write { try $0.execute(sql: "DELETE FROM pending WHERE student = ?", arguments: [student]) }
    }

    private static func insert(_ row: Row, _ table: String, _ database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO \(table) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                row.student, row.key, row.attempt, row.score.thousandths, row.maximum.thousandths, row.hasError,
            ])
    }

    private func rows(_ table: String) throws(BatchError) -> [String: Row] {
        try read { database in
            let rows = try GRDB.Row.fetchAll(database, sql: "SELECT * FROM \(table)").map {
                Row(
                    student: $0["student"], key: $0["key"], attempt: $0["attempt"],
                    score: Points(thousandths: $0["score"]), maximum: Points(thousandths: $0["maximum"]),
                    hasError: $0["error"])
            }
            return Dictionary(rows.map { ($0.student, $0) }) { $1 }
        }
    }

    private func write(_ change: (Database) throws -> Void) throws(BatchError) {
        do { try database.write(change) } catch { throw .store(file: path, detail: "\(error)") }
    }

    private func read<Value>(_ value: (Database) throws -> Value) throws(BatchError) -> Value {
        do { return try database.read(value) } catch { throw .store(file: path, detail: "\(error)") }
    }
}
