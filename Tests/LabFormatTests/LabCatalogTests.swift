import FoundationEssentials
import LabFormat
import Testing

/// A folder that goes away with the test.
private final class TemporaryFolder {
    let path: String

    init() throws {
        path = "\(FileManager.default.temporaryDirectory.path)/labs-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let file = URL(filePath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func writeLab(_ id: String, folder: String? = nil) throws {
        try write(LabDiagnosticTests.good.replacing("id: demo", with: "id: \(id)"), to: "\(folder ?? id)/lab.yaml")
    }
}

struct LabCatalogTests {
    private func message(_ catalog: LabCatalog, _ name: String) -> String {
        do {
            return try catalog.lab(named: name).lab.id
        } catch {
            return error.description
        }
    }

    @Test func `a lab is found by id, by folder and by file`() throws {
        let folder = try TemporaryFolder()
        try folder.writeLab("ec2-ha-pair")
        let catalog = LabCatalog(roots: ["\(folder.path)/missing", folder.path])
        for name in [
            "ec2-ha-pair", "\(folder.path)/ec2-ha-pair", "\(folder.path)/ec2-ha-pair/",
            "\(folder.path)/ec2-ha-pair/lab.yaml",
        ] {
            let loaded = try catalog.lab(named: name)
            #expect(loaded.lab.id == "ec2-ha-pair")
            #expect(loaded.folder == "\(folder.path)/ec2-ha-pair")
        }
        #expect(catalog.ids == ["ec2-ha-pair"])
    }

    @Test func `what is not found is answered with what there is`() throws {
        let folder = try TemporaryFolder()
        try folder.writeLab("ec2-ha-pair")
        try folder.writeLab("lambda-orders")
        try folder.write("", to: "empty/README.md")
        let catalog = LabCatalog(roots: [folder.path])
        #expect(
            message(catalog, "ec2-ha-piar")
                == "ec2-ha-piar: error: there is no lab of that name; did you mean 'ec2-ha-pair'?")
        #expect(
            message(catalog, "ha-pair") == "ha-pair: error: there is no lab of that name; did you mean 'ec2-ha-pair'?")
        #expect(
            message(catalog, "zzz") == "zzz: error: there is no lab of that name; labs here: ec2-ha-pair, lambda-orders"
        )
        #expect(message(catalog, "Ec2 Pair").contains("an id is 1 to 64 of a-z, 0-9 and '-'"))
        #expect(message(catalog, "\(folder.path)/nowhere") == "\(folder.path)/nowhere: error: there is no such folder")
        #expect(message(catalog, "\(folder.path)/empty").hasSuffix("there is no lab.yaml in this folder"))
        try folder.write("", to: "near/lab.yml")
        #expect(
            message(catalog, "\(folder.path)/near").hasSuffix(
                "there is no lab.yaml in this folder; rename 'lab.yml' to 'lab.yaml'"))
        #expect(
            message(catalog, "\(folder.path)/empty/README.md").hasSuffix(
                "a lab is a folder with a lab.yaml, or that file"))
        #expect(message(catalog, "") == "lab: error: the name of the lab is empty")
        #expect(message(LabCatalog(roots: []), "x") == "x: error: there is no lab of that name")
    }

    @Test func `a folder whose lab has another id is refused`() throws {
        let folder = try TemporaryFolder()
        try folder.writeLab("other", folder: "demo")
        #expect(
            message(LabCatalog(roots: [folder.path]), "demo").contains(
                "the lab's id is 'other', but its folder is called 'demo'"))
    }

    @Test func `errors name the file as it was given`() throws {
        let folder = try TemporaryFolder()
        try folder.write("lab: v1\nid: [", to: "broken/lab.yaml")
        let text = message(LabCatalog(roots: []), "\(folder.path)/broken")
        #expect(text.hasPrefix("\(folder.path)/broken/lab.yaml:3:1: error: not YAML"))
    }

    @Test func `the digest depends on what grading depends on, and on nothing else`() throws {
        let folder = try TemporaryFolder()
        try folder.writeLab("demo")
        try folder.write("a", to: "demo/fixtures/state.json")
        let catalog = LabCatalog(roots: [folder.path])
        let first = try catalog.lab(named: "demo").digest
        #expect(first.count == 64)
        try folder.write("x", to: "demo/README.md")
        try folder.write("x", to: "demo/solutions/cli/solution.sh")
        #expect(try catalog.lab(named: "demo").digest == first)
        try folder.write("b", to: "demo/fixtures/state.json")
        let second = try catalog.lab(named: "demo").digest
        #expect(second != first)
        try folder.write("b", to: "demo/graders/deep/er.py")
        #expect(try catalog.lab(named: "demo").digest != second)
    }

    @Test func `a symbolic link among the files to grade by is refused`() throws {
        let folder = try TemporaryFolder()
        try folder.writeLab("demo")
        try folder.write("a", to: "demo/fixtures/a")
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/demo/fixtures/b", withDestinationPath: "a")
        #expect(message(LabCatalog(roots: [folder.path]), "demo").contains("is a symbolic link"))
    }

    @Test func `a selftest whose folder is missing is worth a warning`() throws {
        let folder = try TemporaryFolder()
        try folder.write(LabDiagnosticTests.good + "\nselftest: [{path: bad/x, score: 0}]", to: "demo/lab.yaml")
        let warnings = try LabCatalog(roots: [folder.path]).lab(named: "demo").warnings
        #expect(warnings.map(\.message) == ["there is no folder 'bad/x' in the lab"])
    }

    @Test func `a resource that there is not is named with its place and the nearest one`() {
        let text = LabDiagnosticTests.good
        let error = #expect(throws: LabError.self) {
            try LoadedLab.parse(Array(text.utf8), selectors: ["ec2:instances", "ec2:vpc"])
        }
        #expect(
            error?.description.contains(
                "there are no resources 'ec2:instance' to select; did you mean 'ec2:instances'?")
                == true, "\(error?.description ?? "")")
        #expect(throws: Never.self) { try LoadedLab.parse(Array(text.utf8), selectors: ["ec2:instance"]) }
    }
}
