import ArgumentParser
import LabFormat

/// `skylab labs`: what can be graded.
struct LabsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "labs", abstract: "List the labs that are installed.")

    func run() throws {
        let installation = try Installation.find()
        let catalog = installation.catalog
        for id in catalog.ids {
            let title = (try? catalog.lab(named: id))?.lab.title.text() ?? "(lab.yaml has errors)"
            writeOut("\(id)\t\(title)\n")
        }
    }
}
