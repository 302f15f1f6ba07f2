import CloudState
import ServiceModel

/// One filter of a Describe call: a name and the values of which one must match.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>
struct Filter: Sendable {
    let name: String
    private let patterns: [WildcardPattern]
    let values: [String]

    /// Reads the `Filters` of a request.
    static func all(_ input: Input, _ parameter: String = "Filters") throws(ServiceError) -> [Filter] {
        var filters: [Filter] = []
        for filter in input.structures(parameter) {
            guard let name = filter.string("Name"), !name.isEmpty else {
                throw EC2Error.missingParameter("Filter.\(filters.count + 1).Name")
            }
            let values = filter.strings("Values")
            guard !values.isEmpty else {
                throw EC2Error.invalidParameter("The filter 'null' is invalid")
            }
            guard values.count <= 200 else {
                throw ServiceError(
                    "FilterLimitExceeded",
                    "The maximum number of filter values specified on a single call is 200")
            }
            filters.append(Filter(name: name, values: values))
        }
        return filters
    }

    init(name: String, values: [String]) {
        self.name = name
        self.values = values
        patterns = values.map(WildcardPattern.init)
    }

    /// Whether one of the record's values matches one of the filter's.
    func matches(_ candidates: [String]) -> Bool {
        candidates.contains { candidate in patterns.contains { $0.matches(candidate) } }
    }
}

/// A text in which `*` stands for any characters, `?` for one, and a backslash takes the next one literally.
struct WildcardPattern: Sendable {
    private enum Piece: Sendable, Equatable { case any, one, exactly(UInt8) }

    private let literal: String?
    private let pieces: [Piece]

    init(_ text: String) {
        guard text.utf8.contains(where: { $0 == 0x2A || $0 == 0x3F || $0 == 0x5C }) else {
            literal = text
            pieces = []
            return
        }
        literal = nil
        var pieces: [Piece] = []
        var escaped = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\") where !escaped: escaped = true
            case UInt8(ascii: "*") where !escaped:
                if pieces.last != .any { pieces.append(.any) }
            case UInt8(ascii: "?") where !escaped: pieces.append(.one)
            default:
                pieces.append(.exactly(byte))
                escaped = false
            }
        }
        self.pieces = pieces
    }

    /// Linear in the text for each `*`, without backtracking over more than the last one.
    func matches(_ text: String) -> Bool {
        if let literal { return literal == text }
        let bytes = Array(text.utf8)
        var position = 0
        var piece = 0
        var star: (piece: Int, position: Int)?
        while position < bytes.count {
            if piece < pieces.count, pieces[piece] == .any {
                star = (piece, position)
                piece += 1
            } else if piece < pieces.count, pieces[piece] == .one || pieces[piece] == .exactly(bytes[position]) {
                piece += 1
                position += 1
            } else if let last = star {
                piece = last.piece + 1
                position = last.position + 1
                star = (last.piece, position)
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { $0 == .any }
    }
}
