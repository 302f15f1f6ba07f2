/// A type of a service model: what may be in it and how it is spelled on the wire.
///
/// A shape refers to others, and some to themselves, so shapes are objects. They are written only while
/// `APIModel` builds an operation's closure under its lock, and never after they have been handed out: hence
/// `@unchecked Sendable`.
package final class Shape: @unchecked Sendable {
    package enum Kind: Sendable, Equatable {
        case structure, list, map, string, integer, double, boolean, timestamp, blob
    }

    package enum TimestampFormat: String, Sendable { case iso8601, rfc822, unixTimestamp }

    package let name: String
    package let kind: Kind
    package internal(set) var members: [Member] = []
    package internal(set) var payload: String?
    /// The element of a list, the value of a map.
    package internal(set) var element: Member?
    /// The key of a map.
    package internal(set) var key: Member?
    package internal(set) var isFlattened = false
    package internal(set) var minimum: Int?
    package internal(set) var maximum: Int?
    package internal(set) var enumeration: [String] = []
    package internal(set) var pattern: String?
    package internal(set) var timestampFormat: TimestampFormat?
    package internal(set) var isException = false
    package internal(set) var errorCode: String?
    package internal(set) var errorStatus: Int?
    package internal(set) var isStreaming = false
    package internal(set) var isUnion = false
    /// Whether a member of the structure is an attribute of its XML element.
    package internal(set) var hasAttributes = false
    var indexByName: [String: Int] = [:]

    init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    package func member(_ name: String) -> Member? { indexByName[name].map { members[$0] } }
}

/// A member of a structure, or the element of a list, or the key or value of a map.
package final class Member: @unchecked Sendable {
    package enum Location: String, Sendable { case uri, querystring, header, headers, statusCode }

    package let name: String
    package internal(set) unowned(unsafe) var shape: Shape
    package internal(set) var isRequired = false
    /// `locationName` of the model.
    package internal(set) var locationName: String?
    /// `queryName` of the model: the name in EC2's requests where it differs from the one in answers.
    package internal(set) var queryName: String?
    package internal(set) var location: Location?
    package internal(set) var isFlattened = false
    package internal(set) var isIdempotencyToken = false
    package internal(set) var isAttribute = false
    package internal(set) var timestampFormat: Shape.TimestampFormat?
    package internal(set) var namespace: String?
    /// `<name>` and `</name>` as they stand in an answer, made once.
    package internal(set) var openTag = LastingText.empty
    package internal(set) var closeTag = LastingText.empty

    init(name: String, shape: Shape) {
        self.name = name
        self.shape = shape
    }

    /// The name on the wire, in answers and in every protocol but EC2's requests.
    package var wireName: String { locationName ?? name }

    /// The name in a request of the `ec2` protocol.
    package var ec2QueryName: String {
        if let queryName { return queryName }
        guard let locationName, let first = locationName.first else { return name }
        return first.uppercased() + locationName.dropFirst()
    }

    func makeTags() {
        openTag = LastingText("<\(wireName)>")
        closeTag = LastingText("</\(wireName)>")
    }
}

/// An operation of a service.
package struct Operation: Sendable {
    package let name: String
    package let method: String
    package let uri: String
    package let input: Shape
    package let output: Shape
    /// The element that wraps the result in the `query` protocol.
    package let resultWrapper: String?
    package let status: Int
    /// The root element of a `rest-xml` request.
    package let rootName: String?
}
