package import GradeModel
package import ResultsFolder

/// What a batch tells those who listen.
package enum BatchEvent: Sendable {
    /// `unchanged` submissions have a result already and are not run.
    case planned(submissions: Int, unchanged: Int, missing: Int)
    case started(Student)
    /// A check has its verdict, which is on the disk.
    case checked(Student, check: String)
    /// The grader broke; the submission is run again after a while.
    case retrying(Student, reason: String)
    case finished(Student, GradeResult)
}

/// How a result that counts changes.
package struct ResultChange: Sendable, Equatable {
    package var student: Student
    package var old: Points
    package var new: Points
}

/// What became of a batch.
package struct BatchOutcome: Sendable {
    package var graded = 0
    package var unchanged = 0
    package var missing = 0
    /// Students whose submission could not be graded because the grader or the machine broke.
    package var errors: [Student] = []
    /// Results that differ in points from those that counted before.
    package var changes: [ResultChange] = []
    /// Whether `changes` wait instead of counting.
    package var areHeld = false
}
