import ArgumentParser
import GradeModel
import Gradebook
import ReportFiles
import ResultsFolder
import SiteGenerator

/// `skylab site`: the pages of a class.
struct SiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site",
        abstract: "Make a static site of the results of a class.",
        discussion: """
            Reads results folders that `skylab batch` has written, one a lab, and writes two trees: OUT/student and \
            OUT/instructor. Students are named by codes that tell nobody who they are; whose they are says site-codes.csv in \
            the first results folder, beside the codes' key. Nothing of hidden checks is in the students' tree. Pages need no server.
            """)

    @Argument(help: "The results folders, one a lab.")
    var results: [String]

    @Option(name: .shortAndLong, help: "Where to write the site.")
    var out = "skylab-site"

    @Flag(help: "Show names in the instructors' tree instead of codes.")
    var names = false

    func run() async throws {
        let installation = try Installation.find()
        do {
            let folders = try results.map { path throws(ResultsError) in try ResultsFolder(path: path) }
            guard let first = folders.first else { throw CommandFailure("name a results folder", code: .usage) }
            var options = ClassSite.Options()
            options.showsNames = names
            options.workers = processorCount()
            let pseudonyms = try Pseudonyms(of: first)
            let site = try ClassSite(
                SiteGenerator(site: installation.site), pseudonyms: pseudonyms, options: options)
            let outcome = try await site.write(folders, to: out)
            let codes = "\(first.path)/site-codes.csv"
            try writePrivateFile(Self.codes(of: folders.flatMap(\.students), pseudonyms).bytes(), to: codes)
            writeOut(
                """
                site         \(outcome.students) students, \(outcome.files) files, \(bytesText(outcome.bytes))
                students     \(out)/student/index.html
                instructors  \(out)/instructor/index.html
                codes        \(codes)

                """)
        } catch let error as ResultsError {
            throw CommandFailure("\(error)", code: .usage)
        } catch let error as SiteError {
            throw CommandFailure("\(error)", code: .internal)
        } catch let error as ReportFileError {
            throw CommandFailure("\(error)", code: .output)
        }
    }

    /// Who is behind each code, for who may know.
    private static func codes(of students: [Student], _ pseudonyms: Pseudonyms) -> CSVTable {
        var names: [String: String] = [:]
        for student in students { names[student.id] = student.name ?? names[student.id] ?? "" }
        let rows = names.map { [pseudonyms.code(of: $0.key), $0.key, $0.value] }.sorted { $0[1] < $1[1] }
        return CSVTable(rows: [["code", "student", "name"]] + rows)
    }
}
