package import ResultsFolder

extension Roster {
    /// The class with what each handed in. Submissions that nobody in the roster owns come last, as strangers.
    ///
    /// A submission is the student's whose id, login, e-mail address or SIS id it is called by; or, where that is nobody's,
    /// whose name or part of the address before the `@`, if it is one student's alone. Or it is called as Canvas (`name_LATE_ID_SUBMISSION_file`) and Moodle (`Full name_ID_assignsubmission_file`) call
    /// what they let download.
    package func matched(
        with submissions: [(name: String, file: String)]
    ) throws(GradebookError) -> [Student] {
        // What belongs to one student alone beats what is only a name.
        let owners = [places { [$0.id] }, places(\.keys), places(\.guesses)]
        var students = students
        for submission in submissions {
            let owner = Self.candidates(submission.name).lazy.compactMap { name in
                owners.lazy.compactMap { $0[name.lowercased()] }.first
            }.first
            guard let owner else {
                students.append(Student(id: submission.name, submission: submission.file, isEnrolled: false))
                continue
            }
            if let other = students[owner].submission {
                throw .twoSubmissions(student: students[owner].id, files: [other, submission.file])
            }
            students[owner].submission = submission.file
        }
        return try Self.distinct(students)
    }

    /// The class where there is no roster: the submissions' names.
    package static func students(
        of submissions: [(name: String, file: String)]
    ) throws(GradebookError) -> [Student] {
        try distinct(submissions.map { Student(id: $0.name, submission: $0.file) })
    }

    private static func distinct(_ students: [Student]) throws(GradebookError) -> [Student] {
        var keys: [String: Student] = [:]
        for student in students {
            if let other = keys.updateValue(student, forKey: student.key) {
                throw .twoSubmissions(
                    student: student.id, files: [other.submission, student.submission].compactMap { $0 })
            }
        }
        return students
    }

    /// Where the student of a name stands; names that several go by are left out.
    private func places(_ names: (Student) -> [String?]) -> [String: Int] {
        var found: [String: Int] = [:]
        var shared: Set<String> = []
        for (index, student) in students.enumerated() {
            for name in Set(names(student).compactMap { $0?.lowercased() }) {
                if found.updateValue(index, forKey: name) != nil { shared.insert(name) }
            }
        }
        return found.filter { !shared.contains($0.key) }
    }

    private static func candidates(_ name: String) -> [String] {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        var names = [name]
        if let marker = parts.firstIndex(where: { $0.hasPrefix("assignsubmission") }), marker >= 2 {
            names += ["Participant \(parts[marker - 1])", parts[..<(marker - 1)].joined(separator: "_")]
        } else if parts.count >= 3 {
            let rest = parts[1] == "LATE" ? parts.dropFirst(2) : parts.dropFirst()
            if rest.count >= 2, let id = rest.first, !id.isEmpty, id.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
                names.append(id)
            }
        }
        return names
    }
}

extension Student {
    /// What nobody else goes by.
    fileprivate var keys: [String?] { [id, login, sisID, email, participant] }
    /// What a submission of the student's may be called besides.
    fileprivate var guesses: [String?] { [name, key, email?.split(separator: "@").first.map(String.init)] }
}
