import Checks
import EmulatorCore
import JSONValue

/// What checks see of the region after the run. Each kind of resource is looked up once.
final class RegionEvidence: CheckContext {
    private let emulator: Emulator
    private let region: String
    private var known: [String: [JSON]] = [:]
    let params: [String: JSON] = [:]

    init(_ emulator: Emulator, region: String) {
        self.emulator = emulator
        self.region = region
    }

    func select(_ selector: String) throws -> [JSON] {
        if let resources = known[selector] { return resources }
        guard let kind = ResourceSelector.named(selector) else {
            let names = ResourceSelector.all.map(\.name).joined(separator: ", ")
            throw GradingError("there are no resources '\(selector)'; the emulator has \(names)")
        }
        let resources = try emulator.resources(kind, region: region)
        known[selector] = resources
        return resources
    }

    /// All that can be selected, as one text: what the state digest is made of.
    func everything() throws -> String {
        var object = JSONObject()
        for selector in ResourceSelector.all { object[selector.name] = .array(try select(selector.name)) }
        return JSON.object(object).serializedString([.sortedKeys])
    }
}
