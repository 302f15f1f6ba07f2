package import ResultsFolder

extension Roster {
    /// The class with what each handed in. Submissions that nobody in the roster owns come last, as strangers.
    ///
    /// A submission is the student's whose id, login, e-mail address or its part before the `@`, SIS id or name it is
    /// called by; or as Canvas (`name_LATE_ID_SUBMISSION_file`) and Moodle (`Full name_ID_assignsubmission_file`) call
    /// what they let download.
    package func matched(
        with submissions: [(name: String, file: String)]
    ) throws(GradebookError) -> [Student] {
        var byName: [String: Int] = [:]
        var ambiguous: Set<String> = []
        for (index, student) in students.enumerated() {
            for name in Set(student.names) {
                if let other = byName[name], other != index { ambiguous.insert(name) }
                byName[name] = index
            }
        }
        for name in ambiguous { byName[name] = nil }
        // What is unique beats what is only a name.
        for (index, student) in students.enumerated() { byName[student.id.lowercased()] = index }
        var students = students
        for submission in submissions {
            let owner = Self.candidates(submission.name).lazy.compactMap { byName[$0.lowercased()] }.first
            guard let owner else {
                students.append(Student(id: submission.name, submission: submission.file, isEnrolled: false))
                continue
            }
            if let other = students[owner].submission {
                throw .duplicate(
                    file: "the submissions", column: "student",
                    value: "\(students[owner].id)' (\(other), \(submission.file)) '")
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
                throw .duplicate(
                    file: [other.submission, student.submission].compactMap { $0 }.joined(separator: ", "),
                    column: "student", value: student.id)
            }
        }
        return students
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
    /// What a submission of the student's may be called, in lower case.
    fileprivate var names: [String] {
        var names = [id, login, sisID, email, name, key].compactMap { $0 }
        if let local = email?.split(separator: "@").first { names.append(String(local)) }
        return names.map { $0.lowercased() }
    }
}
