/// Which operation a method and a path lead to in the REST protocols.
///
/// A template is a path with labels, `/2015-03-31/functions/{FunctionName}`, of which the last may be greedy,
/// `/{Bucket}/{Key+}`, and perhaps query literals, `?list-type=2`.
/// <https://smithy.io/2.0/spec/http-bindings.html#http-trait>
package struct OperationRoutes: Sendable {
    private enum Segment: Sendable, Equatable {
        case literal(String)
        case label(String)
        case greedy(String)
    }

    private struct Route: Sendable {
        var operation: String
        var method: String
        var segments: [Segment]
        var query: [(name: String, value: String?)]
    }

    /// The operation found, and what its labels stand for, percent encoding undone.
    package struct Match: Sendable {
        package var operation: String
        package var labels: [(name: String, value: String)]
    }

    private var routes: [Route] = []

    mutating func add(_ operation: String, method: String, template: String) {
        let parts = template.split(separator: "?", maxSplits: 1)
        let segments = Self.segments(parts.first ?? "").map { part -> Segment in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return .literal(String(part)) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("+") ? .greedy(String(name.dropLast())) : .label(String(name))
        }
        let query =
            parts.count < 2
            ? []
            : parts[1].split(separator: "&").map { pair -> (name: String, value: String?) in
                guard let equals = pair.firstIndex(of: "=") else { return (String(pair), nil) }
                return (String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
            }
        routes.append(Route(operation: operation, method: method, segments: segments, query: query))
    }

    private static func segments(_ path: some StringProtocol) -> [Substring] {
        var path = Substring(path)
        if path.hasPrefix("/") { path = path.dropFirst() }
        return path.isEmpty ? [] : path.split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The most specific operation for a request; nil where there is none.
    ///
    /// - Parameters:
    ///   - path: as it was sent, still percent-encoded.
    ///   - query: the parameters of the query string, decoded.
    ///   - decode: undoes percent encoding in one segment; nil where that fails.
    package func match(
        method: String, path: String, query: [(name: String, value: String)], decode: (Substring) -> String?
    ) -> Match? {
        let parts = Self.segments(path)
        var best: (score: Int, match: Match)?
        for route in routes where route.method == method {
            guard
                route.query.allSatisfy({ wanted in
                    query.contains { $0.name == wanted.name && (wanted.value == nil || $0.value == wanted.value) }
                }), let (literals, labels) = Self.labels(route.segments, parts, decode)
            else { continue }
            let score = literals * 16 + route.query.count
            if best.map({ score > $0.score }) ?? true {
                best = (score, Match(operation: route.operation, labels: labels))
            }
        }
        return best?.match
    }

    private static func labels(
        _ segments: [Segment], _ parts: [Substring], _ decode: (Substring) -> String?
    ) -> (literals: Int, labels: [(name: String, value: String)])? {
        var labels: [(name: String, value: String)] = []
        var literals = 0
        var position = 0
        for (index, segment) in segments.enumerated() {
            guard position < parts.count else { return nil }
            switch segment {
            case .literal(let text):
                guard parts[position] == text else { return nil }
                literals += 1
                position += 1
            case .label(let name):
                guard !parts[position].isEmpty, let value = decode(parts[position]) else { return nil }
                labels.append((name, value))
                position += 1
            case .greedy(let name):
                let end = parts.count - (segments.count - index - 1)
                guard end > position else { return nil }
                let text = parts[position..<end].joined(separator: "/")
                guard !text.isEmpty, let value = decode(text[...]) else { return nil }
                labels.append((name, value))
                position = end
            }
        }
        // A path may end with a slash that its template has not.
        guard position == parts.count || (position == parts.count - 1 && parts[position].isEmpty) else { return nil }
        return (literals, labels)
    }
}
