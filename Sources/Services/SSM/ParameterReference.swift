import CloudState
import ServiceModel

/// How a request names a parameter: by name or ARN, perhaps with a version or a label after a colon.
struct ParameterReference {
    enum Selector { case version(Int), label(String) }

    let name: String
    let selector: Selector?

    /// The selector as it is echoed in answers, for instance `:3`.
    var selectorText: String? {
        switch selector {
        case .version(let number): ":\(number)"
        case .label(let label): ":\(label)"
        case nil: nil
        }
    }

    /// Nil where the ARN is of another region or account.
    init?(_ text: String, _ context: CallContext) {
        var rest = text[...]
        if text.hasPrefix("arn:") {
            let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
            guard parts.count == 6, parts[2] == "ssm", parts[3] == context.region,
                parts[4].isEmpty || parts[4] == context.accountID, parts[5].hasPrefix("parameter")
            else { return nil }
            rest = parts[5].dropFirst("parameter".utf8.count)
            // The ARN of `name` ends in `parameter/name`, that of `/a/b` in `parameter/a/b`.
            let bare = rest.dropFirst().prefix { $0 != ":" }
            if !bare.contains("/") { rest = rest.dropFirst() }
        }
        guard let colon = rest.firstIndex(of: ":") else {
            name = String(rest)
            selector = nil
            return
        }
        name = String(rest[..<colon])
        let suffix = String(rest[rest.index(after: colon)...])
        selector = Int(suffix).map(Selector.version) ?? .label(suffix)
    }

    /// The version that is meant: the newest one without a selector.
    func version(of parameter: Parameter) throws(ServiceError) -> Parameter.Version {
        switch selector {
        case .version(let number):
            guard let version = parameter.versions.first(where: { $0.number == number }) else {
                throw SSMError.noVersion(number, name)
            }
            return version
        case .label(let label):
            guard let version = parameter.versions.first(where: { $0.labels.contains(label) }) else {
                throw SSMError.noLabel(label, name)
            }
            return version
        case nil:
            guard let version = parameter.latest else { throw SSMError.notFound }
            return version
        }
    }
}
