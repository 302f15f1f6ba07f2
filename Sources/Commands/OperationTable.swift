import CloudState
import EmulatorCore
import ServiceModel

/// `skylab emulator --operations`: what is emulated, generated from the code.
enum OperationTable {
    static var text: String {
        var text = "| service | emulated | of | operations |\n|---|---|---|---|\n"
        for service in Services.all.sorted(by: { $0.signingNames[0] < $1.signingNames[0] }) {
            let names = service.operations.keys.sorted()
            text += "| \(service.signingNames[0]) | \(names.count) | \(service.model().operationNames.count) | "
            text += names.joined(separator: ", ") + " |\n"
        }
        return text
    }
}
