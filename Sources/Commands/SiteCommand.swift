import ArgumentParser
import GradeModel
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
            OUT/instructor. Students are named by codes that tell nobody who they are; the key to the codes stays in the \
            first results folder, as site.key. Nothing of hidden checks is in the students' tree. Pages need no server.
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
            let site = try ClassSite(
                SiteGenerator(site: installation.site), pseudonyms: Pseudonyms(of: first), options: options)
            let outcome = try await site.write(folders, to: out)
            writeOut(
                """
                site         \(outcome.students) students, \(outcome.files) files, \(bytesText(outcome.bytes))
                students     \(out)/student/index.html
                instructors  \(out)/instructor/index.html

                """)
        } catch let error as ResultsError {
            throw CommandFailure("\(error)", code: .usage)
        } catch let error as SiteError {
            throw CommandFailure("\(error)", code: .internal)
        } catch let error as ReportFileError {
            throw CommandFailure("\(error)", code: .output)
        }
    }
}
