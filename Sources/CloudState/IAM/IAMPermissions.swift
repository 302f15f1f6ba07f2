/// What says what a user, a group or a role may do.
package struct IAMPermissions: Sendable, Equatable {
    package struct Inline: Sendable, Equatable {
        package var name: String
        package var document: PolicyDocument
    }

    /// ARNs of managed policies in the order in which they were attached.
    package private(set) var attached: [String] = []
    /// Inline policies in the order of their names.
    package private(set) var inline: [Inline] = []
    /// The ARN of the managed policy that is the permissions boundary. Groups have none.
    package var boundary: String?

    package init() {}

    package var isEmpty: Bool { attached.isEmpty && inline.isEmpty }

    /// Attaching twice is the same as once.
    package mutating func attach(_ arn: String) {
        if !attached.contains(arn) { attached.append(arn) }
    }

    /// False where it was not attached.
    package mutating func detach(_ arn: String) -> Bool {
        guard let index = attached.firstIndex(of: arn) else { return false }
        attached.remove(at: index)
        return true
    }

    package subscript(_ name: String) -> PolicyDocument? {
        get { inline.first { $0.name == name }?.document }
        set {
            inline.removeAll { $0.name == name }
            guard let newValue else { return }
            let place = inline.firstIndex { $0.name > name } ?? inline.endIndex
            inline.insert(Inline(name: name, document: newValue), at: place)
        }
    }

    /// The characters of all inline policies, of which AWS allows so many.
    package var inlineSize: Int {
        inline.reduce(0) { $0 + $1.document.text.unicodeScalars.count { !$0.properties.isWhitespace } }
    }
}
