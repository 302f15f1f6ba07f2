import CloudState

extension ListenerRule {
    /// Whether all conditions hold for a request.
    ///
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html>
    func matches(_ request: BalancerRequest, host: String, source: IPv4Address?) -> Bool {
        conditions.allSatisfy { $0.matches(request, host: host, source: source) }
    }
}

extension RuleCondition {
    fileprivate func matches(_ request: BalancerRequest, host: String, source: IPv4Address?) -> Bool {
        switch test {
        case .host(let patterns):
            let host = host.lowercased()
            return patterns.contains { Wildcards.matches($0.lowercased(), host) }
        case .path(let patterns):
            let path = request.plainPath
            return patterns.contains { Wildcards.matches($0, path) }
        case .header(let name, let patterns):
            return Self.values(of: name, request).contains { value in
                patterns.contains { Wildcards.matches($0.lowercased(), value.lowercased()) }
            }
        case .method(let methods): return methods.contains(request.method)
        case .query(let pairs):
            let given = request.queryPairs
            return pairs.contains { wanted in
                given.contains { pair in
                    (wanted.key.map { Wildcards.matches($0.lowercased(), (pair.key ?? "").lowercased()) } ?? true)
                        && Wildcards.matches(wanted.value.lowercased(), pair.value.lowercased())
                }
            }
        case .sourceAddress(let blocks):
            guard let source else { return false }
            return blocks.contains { IPv4Block($0)?.contains(source) ?? false }
        }
    }

    private static func values(of name: String, _ request: BalancerRequest) -> [String] {
        request.headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }
}

/// Patterns in which `*` stands for any text and `?` for one character.
enum Wildcards {
    /// In time that grows with the product of both lengths at worst.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let pattern = Array(pattern.unicodeScalars)
        let text = Array(text.unicodeScalars)
        var place = 0
        var star: Int?
        var retry = 0
        var position = 0
        while position < text.count {
            if place < pattern.count, pattern[place] != "*", pattern[place] == "?" || pattern[place] == text[position] {
                place += 1
                position += 1
            } else if place < pattern.count, pattern[place] == "*" {
                star = place
                retry = position
                place += 1
            } else if let last = star {
                place = last + 1
                retry += 1
                position = retry
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "*" }
    }
}
