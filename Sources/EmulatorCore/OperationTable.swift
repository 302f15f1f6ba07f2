import CloudState
import ServiceModel

/// What is emulated, generated from the code: `skylab emulator --operations` and `docs/operations.md`.
package enum OperationTable {
    /// A Markdown table, a line a service.
    package static var text: String {
        var text = "| service | emulated | of | operations |\n|---|---|---|---|\n"
        for service in Services.all.sorted(by: { $0.signingNames[0] < $1.signingNames[0] }) {
            let names = service.operations.keys.sorted()
            text += "| \(service.signingNames[0]) | \(names.count) | \(service.model().operationNames.count) | "
            text += names.joined(separator: ", ") + " |\n"
        }
        return text
    }
}
