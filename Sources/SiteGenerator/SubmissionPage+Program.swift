import GradeModel

extension SubmissionPage {
    /// How the program ran; empty values where it did not.
    var programValues: PageObject {
        guard let program = result.program else { return PageObject() }
        return PageObject([
            "entry": .line(program.entry), "interface": .line(program.interface),
            "ending": .line(program.ending.words(limits: program.limits)),
            "status": .object((program.ending.isClean ? Verdict.passed : .failed).values),
            "endingWord": .line(program.ending.isClean ? "ended well" : "did not end well"),
            "leftRunning": .text(leftRunning(program.usage.leftRunning)),
            "usage": .list(usage(program)),
            "streams": .list([
                stream("Standard output", "stdout", program.standardOutput),
                stream("Standard error", "stderr", program.standardError),
            ]),
            "files": .list((program.files ?? []).enumerated().map { file($1, number: $0 + 1) }),
        ])
    }

    /// The most bytes of a stream that the page shows.
    private static let mostOutput = 64 << 10

    private func leftRunning(_ count: Int) -> Markup {
        switch count {
        case ...0: .empty
        case 1: Markup("1 process was still running when the program ended. It was killed.")
        default: Markup("\(count) processes were still running when the program ended. They were killed.")
        }
    }

    private func stream(_ name: String, _ id: String, _ output: CapturedOutput) -> PageObject {
        let text = output.joined
        return PageObject([
            "name": .line(name), "id": .line(id), "size": .number(bytesText(max(output.totalBytes, text.utf8.count))),
            "isEmpty": .flag(text.isEmpty), "text": .text(Markup(terminal: text, limit: Self.mostOutput)),
        ])
    }

    private func file(_ file: HandedInFile, number: Int) -> PageObject {
        let text = file.text ?? ""
        var note = file.problem ?? ""
        if file.problem == nil, file.text == nil { note = "It is no text, so it is not shown here." }
        if file.isCut, file.text != nil { note = "Only the beginning is shown." }
        return PageObject([
            "name": .line(file.path), "id": .line("file-\(number)"),
            "size": .number(file.bytes.map { bytesText(max($0, 0)) } ?? "not collected"),
            "note": .line(note), "digest": .line(file.digest ?? ""),
            "hasText": .flag(!text.isEmpty), "text": .text(Markup(terminal: text, limit: Self.mostOutput)),
        ])
    }

    private func usage(_ program: ProgramRun) -> [PageObject] {
        let usage = program.usage
        var rows: [(name: String, used: String, key: String?)] = [
            ("Real time", durationText(usage.wallSeconds), "wall"), ("CPU time", durationText(usage.cpuSeconds), "cpu"),
            ("Peak memory", bytesText(usage.peakMemoryBytes), "memory"),
            ("Processes at once", String(max(usage.peakProcesses, 0)), "processes"),
            (
                "Output",
                bytesText(max(program.standardOutput.totalBytes, 0) + max(program.standardError.totalBytes, 0)),
                "output"
            ),
            ("API calls", String(max(usage.apiCalls, 0)), "api_calls"),
            ("Virtual time", durationText(usage.virtualSeconds), nil),
        ]
        if let bytes = usage.diskBytes { rows.append(("Disk space", bytesText(max(bytes, 0)), "disk")) }
        if let inodes = usage.inodes { rows.append(("Files and folders", String(max(inodes, 0)), nil)) }
        if let bytes = usage.apiBytes { rows.append(("Data sent to the API", bytesText(max(bytes, 0)), "api_data")) }
        let shown = Set(rows.compactMap(\.key))
        let names = ["disk": "Disk space", "file_size": "Size of one file", "api_data": "Data sent to the API"]
        for key in program.limits.keys.sorted() where !shown.contains(key) { rows.append((names[key] ?? key, "", key)) }
        let reached: String? = if case .limit(let limit) = program.ending { limit.rawValue } else { nil }
        return rows.map { row in
            PageObject([
                "name": .line(row.name), "used": .line(row.used),
                "limit": .line(row.key.flatMap { program.limits[$0] }),
                "reached": .flag(row.key != nil && row.key == reached),
            ])
        }
    }
}
