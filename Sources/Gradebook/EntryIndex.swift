import ResultsFolder

/// Finds who is meant by what one column of another program's table says.
struct EntryIndex {
    private var entries: [String: ClassGrades.Entry] = [:]

    /// `names` are what a student may be called in the column, the surest first. A name that two students share finds
    /// nobody, unless it is a surer name of one of them.
    init(_ all: [ClassGrades.Entry], by names: (Student) -> [String?]) {
        let named = all.map { entry in (entry, names(entry.student)) }
        for rank in 0..<(named.first?.1.count ?? 0) {
            let surer = entries
            var shared: Set<String> = []
            for (entry, names) in named {
                guard let name = names[rank], !name.isEmpty, surer[name] == nil else { continue }
                if let other = entries.updateValue(entry, forKey: name), other.student.id != entry.student.id {
                    shared.insert(name)
                }
            }
            for name in shared { entries[name] = nil }
        }
    }

    subscript(name: String) -> ClassGrades.Entry? { entries[name] }
}
