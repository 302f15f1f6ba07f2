import Checks
import CloudState
import LabFormat
import Scenarios

/// The paths that a lab's checks and scenarios ask for: containers that run are asked for them before they end.
enum AskedPaths {
    static func of(_ lab: Lab, _ evidence: RegionEvidence) -> [String] {
        let checked = lab.checks.compactMap { check -> ExpressionTemplate? in
            if case .http(let http) = check.kind { http.url } else { nil }
        }
        var paths: [String] = []
        for template in checked + lab.scenarios.map(\.client.url) {
            // What cannot be filled in is told when the check is evaluated.
            guard let document = try? StateDocument(evidence).document(for: [template]),
                let path = (try? ScenarioAddress(template, document))?.url?.path, !paths.contains(path)
            else { continue }
            paths.append(path)
        }
        return paths
    }
}
