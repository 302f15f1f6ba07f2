package import GradeModel

/// One check of a lab.
package struct CheckDefinition: Sendable {
    package var id: String
    package var title: LocalizedText?
    package var points: Points
    /// Ids of checks that must pass before this one is looked at.
    package var requires: [String]
    package var visibility: Visibility
    package var scoring: Scoring
    /// Whether the points come on top of the lab's.
    package var extraCredit: Bool
    /// What a student reads when the check fails; nil for the kind's own sentence.
    package var fail: MessageTemplate?
    package var hints: [Hint]
    package var kind: CheckKind
    /// Where the check begins in `lab.yaml`.
    package var location: SourceLocation

    package enum Scoring: String, Sendable, CaseIterable {
        /// All points or none.
        case all
        /// The share of the points that was reached.
        case proportional
    }
}

/// A hint, and how many attempts a student has to make before it shows.
package struct Hint: Sendable, Hashable {
    package var text: String
    /// The attempt from which on the hint shows; 1 shows it at once.
    package var after: Int

    package init(text: String, after: Int = 1) {
        self.text = text
        self.after = after
    }
}

/// What a check looks at. A new kind is a case here, a file in `Kinds/`, and an entry in `CheckKind.readers`.
package enum CheckKind: Sendable {
    case state(StateCheck)
    case reach(ReachCheck)
    case http(HTTPCheck)
    case scenario(ScenarioCheck)
    case invoke(InvokeCheck)
    case document(DocumentCheck)
    case runTask(RunTaskCheck)

    /// The kind's key in `lab.yaml`.
    package var name: String {
        switch self {
        case .state: "state"
        case .reach: "reach"
        case .http: "http"
        case .scenario: "scenario"
        case .invoke: "invoke"
        case .document: "document"
        case .runTask: "run_task"
        }
    }
}

extension CheckKind {
    /// What a kind needs to know of the check around it.
    struct Context {
        var scoring: CheckDefinition.Scoring
        var diagnostics: Diagnostics
    }

    typealias Reader = @Sendable (YAMLNode, Context) -> CheckKind?

    /// How each kind is read, by its key.
    static let readers: [(key: String, read: Reader)] = [
        ("state", { node, context in StateCheck.read(node, context).map { .state($0) } }),
        ("reach", { node, context in ReachCheck.read(node, context).map { .reach($0) } }),
        ("http", { node, context in HTTPCheck.read(node, context).map { .http($0) } }),
        ("scenario", { node, context in ScenarioCheck.read(node, context).map { .scenario($0) } }),
        ("invoke", { node, context in InvokeCheck.read(node, context).map { .invoke($0) } }),
        ("document", { node, context in DocumentCheck.read(node, context).map { .document($0) } }),
        ("run_task", { node, context in RunTaskCheck.read(node, context).map { .runTask($0) } }),
    ]

    /// What `{{…}}` may name in the kind's `fail` template.
    var placeholders: [MessageTemplate.Placeholder] {
        switch self {
        case .state(let check): check.placeholders
        case .reach: ReachCheck.placeholders
        case .http: HTTPCheck.placeholders
        case .scenario: ScenarioCheck.placeholders
        case .invoke: InvokeCheck.placeholders
        case .document: DocumentCheck.placeholders
        case .runTask: RunTaskCheck.placeholders
        }
    }
}
