import JSONValue

/// A path into an event, for instance `$.detail.items[0].name`.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>
struct EventPath {
    private enum Step {
        case member(String)
        case element(Int)
        case all
    }

    private var steps: [Step] = []

    init?(_ text: String) {
        guard text.hasPrefix("$") else { return nil }
        var rest = text.dropFirst()
        while let first = rest.first {
            rest = rest.dropFirst()
            switch first {
            case ".":
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty else { return nil }
                steps.append(name == "*" ? .all : .member(String(name)))
                rest = rest.dropFirst(name.count)
            case "[":
                guard let end = rest.firstIndex(of: "]") else { return nil }
                let inner = rest[..<end]
                rest = rest[rest.index(after: end)...]
                if inner == "*" {
                    steps.append(.all)
                } else if let number = Int(inner), number >= 0 {
                    steps.append(.element(number))
                } else if inner.count >= 2, let quote = inner.first, quote == "'" || quote == "\"", inner.last == quote
                {
                    steps.append(.member(String(inner.dropFirst().dropLast())))
                } else {
                    return nil
                }
            default: return nil
            }
        }
    }

    /// What it leads to; nil where there is nothing.
    func value(in json: JSON) -> JSON? { Self.value(steps[...], json) }

    private static func value(_ steps: ArraySlice<Step>, _ json: JSON) -> JSON? {
        guard let step = steps.first else { return json }
        let rest = steps.dropFirst()
        switch step {
        case .member(let name): return json[name].flatMap { value(rest, $0) }
        case .element(let number): return json[number].flatMap { value(rest, $0) }
        case .all:
            let children = json.arrayValue ?? json.objectValue?.values
            return children.map { .array($0.compactMap { value(rest, $0) }) }
        }
    }
}
