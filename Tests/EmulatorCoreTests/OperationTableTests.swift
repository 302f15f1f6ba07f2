import CloudState
import EmulatorCore
import ReportFixtures
import Testing

/// The page that says what is emulated.
struct OperationTableTests {
    @Test func `the documentation lists exactly the operations that there are`() {
        let page = """
            # What is emulated

            Generated from the code: `skylab emulator --operations` prints the same. Operations that are not listed
            answer with an error of AWS's form that says so.

            \(OperationTable.text)
            """
        #expect(Golden.difference(Array(page.utf8), from: "docs/operations.md") == nil)
    }

    @Test func `every service is named once`() {
        let names = Services.all.flatMap(\.signingNames)
        #expect(Set(names).count == names.count)
        #expect(Services.all.allSatisfy { !$0.operations.isEmpty })
    }
}
