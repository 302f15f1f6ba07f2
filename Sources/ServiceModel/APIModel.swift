import Synchronization

/// One service's API, read lazily from the text that `modelgen` wrote.
///
/// The text has one line a thing: `service`, `operation NAME METHOD URI INPUT OUTPUT`, and shapes: `structure NAME`
/// followed by its members, two blanks indented, `list NAME ELEMENT`, `map NAME KEY VALUE`, and the simple types.
/// Attributes follow as words and `key=value`. An operation's shapes are read when the operation is first asked for.
package final class APIModel: Sendable {
    /// The wire formats. <https://smithy.io/2.0/aws/protocols/index.html>
    package enum WireProtocol: String, Sendable {
        case ec2, query, json
        case restJSON = "rest-json"
        case restXML = "rest-xml"
    }

    /// The endpoint prefix, for instance `monitoring`.
    package let endpointPrefix: String
    package let wireProtocol: WireProtocol
    /// Whether newer clients speak `smithy-rpc-v2-cbor`; `wireProtocol` is the older one that it stands beside.
    package let speaksCBOR: Bool
    package let version: String
    package let namespace: String
    /// The name in a signature's scope.
    package let signingName: String
    package let targetPrefix: String
    package let jsonVersion: String
    package let serviceID: String
    /// The names of all operations that AWS has, emulated or not, sorted.
    package let operationNames: [String]

    private let text: ModelText
    private let cache = Mutex(Cache())

    private struct Cache {
        var routes: OperationRoutes?
        var operations: [String: Operation] = [:]
        var shapes: [String: Shape] = [:]
    }

    package init(_ source: StaticString) {
        text = ModelText(source)
        let service = text.service
        let words = service.split(separator: " ")
        var attributes: [Substring: String] = [:]
        for word in words.dropFirst(2) {
            guard let equals = word.firstIndex(of: "=") else { continue }
            attributes[word[..<equals]] = String(word[word.index(after: equals)...])
        }
        endpointPrefix = words.count > 1 ? String(words[1]) : ""
        wireProtocol = WireProtocol(rawValue: attributes["protocol"] ?? "") ?? .query
        speaksCBOR = attributes["protocol"] == "smithy-rpc-v2-cbor"
        version = attributes["apiVersion"] ?? ""
        namespace = attributes["xmlNamespace"] ?? ""
        signingName = attributes["signingName"] ?? endpointPrefix
        targetPrefix = attributes["targetPrefix"] ?? ""
        jsonVersion = attributes["jsonVersion"] ?? "1.0"
        serviceID = (attributes["serviceId"] ?? endpointPrefix).replacing("_", with: " ")
        operationNames = text.operationNames
    }

    /// The operation of that name, with all its shapes; nil where AWS has none.
    package func operation(_ name: String) -> Operation? {
        cache.withLock { cache in
            if let known = cache.operations[name] { return known }
            guard let line = text.operationLine(name) else { return nil }
            let words = line.split(separator: " ")
            guard words.count >= 6 else { return nil }
            var attributes: [Substring: Substring] = [:]
            for word in words.dropFirst(6) {
                guard let equals = word.firstIndex(of: "=") else { continue }
                attributes[word[..<equals]] = word[word.index(after: equals)...]
            }
            let operation = Operation(
                name: name, method: String(words[2]), uri: String(words[3]),
                input: shape(String(words[4]), &cache), output: shape(String(words[5]), &cache),
                resultWrapper: attributes["wrapper"].map(String.init),
                status: attributes["status"].flatMap { Int($0) } ?? 200, rootName: attributes["root"].map(String.init))
            cache.operations[name] = operation
            return operation
        }
    }

    /// The methods and paths of all operations, for the REST protocols.
    package var routes: OperationRoutes {
        cache.withLock { cache in
            if let known = cache.routes { return known }
            var table = OperationRoutes()
            for name in operationNames {
                let words = text.operationLine(name)?.split(separator: " ", maxSplits: 4) ?? []
                guard words.count > 3 else { continue }
                table.add(name, method: String(words[2]), template: String(words[3]))
            }
            cache.routes = table
            return table
        }
    }

    /// The shape of that name; nil where the model has none.
    package func shape(named name: String) -> Shape? {
        guard text.shapeOffset(name) != nil else { return nil }
        return cache.withLock { shape(name, &$0) }
    }

    /// The exception whose code in the query protocol is that one; nil where the model has none.
    package func shape(withErrorCode code: String) -> Shape? {
        guard let name = text.exceptionName(code) else { return nil }
        return shape(named: name)
    }

    /// Reads a shape and all that it refers to. `-` is the empty structure of operations without input or output.
    private func shape(_ name: String, _ cache: inout Cache) -> Shape {
        if let known = cache.shapes[name] { return known }
        guard let offset = text.shapeOffset(name) else {
            let empty = Shape(name: name, kind: .structure)
            cache.shapes[name] = empty
            return empty
        }
        var lines = text.lines(from: offset)
        let head = ShapeLine(lines.next() ?? "")
        let shape = Shape(name: name, kind: head.kind)
        cache.shapes[name] = shape
        head.apply(to: shape)
        switch shape.kind {
        case .structure:
            while let line = lines.next(), line.hasPrefix("  ") {
                let reference = MemberLine(line)
                let member = Member(name: reference.name, shape: self.shape(reference.shape, &cache))
                reference.apply(to: member)
                member.makeTags()
                if member.isAttribute { shape.hasAttributes = true }
                shape.indexByName[member.name] = shape.members.count
                shape.members.append(member)
            }
        case .list:
            let element = Member(name: "member", shape: self.shape(head.word(2), &cache))
            element.locationName = head.attributes["in"]
            element.makeTags()
            shape.element = element
        case .map:
            let key = Member(name: "key", shape: self.shape(head.word(2), &cache))
            key.locationName = head.attributes["key"]
            key.makeTags()
            let value = Member(name: "value", shape: self.shape(head.word(3), &cache))
            value.locationName = head.attributes["value"]
            value.makeTags()
            shape.key = key
            shape.element = value
        default:
            break
        }
        return shape
    }
}
