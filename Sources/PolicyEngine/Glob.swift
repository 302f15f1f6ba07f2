/// A pattern of the policy language: `*` stands for any characters, `?` for one.
///
/// Policy variables are put in before matching, and what they bring is taken literally; `${*}`, `${?}` and `${$}` stand
/// for those characters themselves.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
struct Glob {
    private enum Piece: Equatable { case any, one, exactly(Unicode.Scalar) }

    private var pieces: [Piece] = []

    /// - Parameters:
    ///   - hasWildcards: false where `*` and `?` mean themselves, as in `StringEquals`.
    ///   - variables: the value of a variable; nil where it has none. Nil where the policy's version has no variables.
    /// - Returns: nil where a variable has no value, since such a pattern matches nothing.
    init?(_ text: String, hasWildcards: Bool = true, ignoringCase: Bool = false, variables: ((String) -> String?)?) {
        let scalars = Array(text.unicodeScalars)
        var position = 0
        func fold(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
            ignoringCase ? scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar : scalar
        }
        while position < scalars.count {
            let scalar = scalars[position]
            if scalar == "$", position + 1 < scalars.count, scalars[position + 1] == "{", let variables,
                let end = scalars[position...].firstIndex(of: "}")
            {
                var content = String.UnicodeScalarView()
                content.append(contentsOf: scalars[(position + 2)..<end])
                guard let value = Self.value(of: String(content), variables) else { return nil }
                pieces += value.unicodeScalars.map { .exactly(fold($0)) }
                position = end + 1
                continue
            }
            switch scalar {
            case "*" where hasWildcards:
                if pieces.last != .any { pieces.append(.any) }
            case "?" where hasWildcards: pieces.append(.one)
            default: pieces.append(.exactly(fold(scalar)))
            }
            position += 1
        }
    }

    /// `aws:username`, or with a default `aws:username, 'nobody'`.
    private static func value(of content: String, _ variables: (String) -> String?) -> String? {
        if ["*", "?", "$"].contains(content) { return content }
        guard let comma = content.firstIndex(of: ",") else { return variables(content) }
        if let value = variables(String(content[..<comma])) { return value }
        let rest = content[content.index(after: comma)...].drop { $0 == " " }
        guard rest.first == "'", rest.last == "'", rest.count >= 2 else { return nil }
        return String(rest.dropFirst().dropLast())
    }

    /// Linear in the text for each `*`, without backtracking over more than the last one.
    func matches(_ text: String, ignoringCase: Bool = false) -> Bool {
        let scalars = ignoringCase ? Array(text.lowercased().unicodeScalars) : Array(text.unicodeScalars)
        var position = 0
        var piece = 0
        var star: (piece: Int, position: Int)?
        while position < scalars.count {
            if piece < pieces.count, pieces[piece] == .any {
                star = (piece, position)
                piece += 1
            } else if piece < pieces.count, pieces[piece] == .one || pieces[piece] == .exactly(scalars[position]) {
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
