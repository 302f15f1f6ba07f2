import Archives
import Foundation
import GradeModel
import ReportFixtures
import ResultsFolder
import SiteGenerator

/// The results of a class, made up: right, wrong, hostile, ungraded and missing ones.
struct ClassFixture {
    let folder: URL
    let results: ResultsFolder

    static let names = [
        "Ada Okonkwo-Lindqvist", "Bo <b>Zhang</b>", "Çelik Ümit", "=HYPERLINK(\"x\")", "Noor van Aalst",
    ]

    /// Every third of a class has a perfect score; one is the grader's error, one handed nothing in, one is hostile.
    /// - Parameter ids: the students' ids, and their names; made up where there are none.
    init(
        students count: Int, in parent: URL, lab: String = "ec2-ha-pair", attempts: Int = 1, ids: [String] = []
    ) throws {
        folder = parent.appendingPathComponent("results-\(lab)")
        let students = (0..<count).map { index in
            if index < ids.count { return Student(id: ids[index], name: ids[index], submission: "\(ids[index]).zip") }
            return Student(
                id: "s20\(10000 + index * 37)", name: "\(Self.names[index % Self.names.count]) \(index)",
                email: "student\(index)@example.edu", section: "A", login: "login\(index)x",
                sisID: "SIS-\(90000 + index)",
                submission: index == 1 ? nil : "s20\(10000 + index * 37)_lab1.zip")
        }
        for (index, student) in students.enumerated() where student.submission != nil {
            let files = URL(fileURLWithPath: ResultsFolder.folder(of: student.key, in: folder.path))
            try FileManager.default.createDirectory(
                at: files.appendingPathComponent("attempts"), withIntermediateDirectories: true)
            var result = Self.result(index, of: student)
            result.labID = lab
            let bytes = Data(try result.json())
            try bytes.write(to: files.appendingPathComponent("result.json"))
            for attempt in 1...max(attempts, 1) {
                try bytes.write(to: files.appendingPathComponent("attempts/\(attempt).json"))
            }
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try ResultsFolder.write(
            ResultsManifest(
                labID: lab, labTitle: "A highly available pair", labDigest: "9f2c", engineVersion: "0.1.0", seed: "k",
                createdAt: "2026-11-23T18:00:00Z", finishedAt: "2026-11-23T18:30:00Z", hasRoster: true),
            students, to: folder.path)
        results = try ResultsFolder(path: folder.path)
    }

    private static func result(_ index: Int, of student: Student) -> GradeResult {
        var result: GradeResult
        switch index {
        case 2: result = Hostile.result(Hostile.texts.joined(separator: " "))
        case 3: result = Sample.sandboxFailure.result
        case 4: result = Sample.noEntry.result
        default: result = index % 3 == 0 ? Sample.passed.result : Sample.mixed.result
        }
        result.submission = student.submission ?? student.id
        if let problem = result.problem { result.problem = "\(problem) Look into '\(result.submission)'." }
        result.program?.standardOutput.head +=
            "\nI am \(student.name ?? ""), \(student.id), write to \(student.email ?? "").\n"
        return result
    }

    func site(showsNames: Bool = false) throws -> ClassSite {
        var options = ClassSite.Options()
        options.showsNames = showsNames
        return ClassSite(
            try SiteGenerator(site: Golden.root + "/site"), pseudonyms: Pseudonyms(key: Array(0..<32)), options: options
        )
    }

    /// All files below a folder, by relative path.
    static func files(below folder: URL) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        for path in paths {
            var isFolder: ObjCBool = false
            let full = folder.appendingPathComponent(path).path
            _ = FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
            if !isFolder.boolValue { files[path] = Golden.read(full) }
        }
        return files
    }

    /// The files of a folder, and beside each zip archive what is in it: `a.zip.unpacked/b`.
    static func contents(below folder: URL) throws -> [String: [UInt8]] {
        var files = try files(below: folder)
        for (path, bytes) in files where path.hasSuffix(".zip") {
            for file in try ZipArchive.files(bytes, limit: 64 << 20) {
                files["\(path).unpacked/\(file.path)"] = file.contents
            }
        }
        return files
    }
}
