/// One student of a class, as `students.json` of a results folder has them. Personal data: for the instructor only.
package struct Student: Codable, Sendable, Equatable {
    /// The name of the student's folder below `submissions`: `[a-z0-9-]`, 1 to 40 characters.
    package var key: String
    /// The identifier of the roster's system (Canvas `ID`, Moodle `ID number`), or else the submission's name.
    package var id: String
    package var name: String?
    package var email: String?
    package var section: String?
    /// What the student signs in with: Canvas `SIS Login ID`, Moodle `Username`.
    package var login: String?
    /// The registrar's number where it is not the id: Canvas `SIS User ID`.
    package var sisID: String?
    /// What Moodle calls the student in one assignment, and what it names that hand-in after: `Participant 1001`.
    package var participant: String?
    /// The file or folder that was handed in, relative to the submissions folder; nil where there is none.
    package var submission: String?
    /// Whether the roster knows the student; true for everybody where there is no roster.
    package var isEnrolled: Bool

    package init(
        id: String, name: String? = nil, email: String? = nil, section: String? = nil, login: String? = nil,
        sisID: String? = nil, participant: String? = nil, submission: String? = nil, isEnrolled: Bool = true
    ) {
        key = Student.key(for: id)
        self.id = id
        self.name = name
        self.email = email
        self.section = section
        self.login = login
        self.sisID = sisID
        self.participant = participant
        self.submission = submission
        self.isEnrolled = isEnrolled
    }
}
