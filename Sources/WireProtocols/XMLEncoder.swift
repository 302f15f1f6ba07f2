import ServiceModel

/// Writes a result as the XML of the `ec2`, `query` and `rest-xml` protocols by walking the model.
struct XMLEncoder {
    var writer = XMLWriter()
    /// EC2 shows milliseconds, the query services do not.
    let timestampsWithMilliseconds: Bool
    /// The members of the last structure of each shape, in its order: the next one of a list mostly has the same.
    private var lastMembers: [ObjectIdentifier: [KnownMember]] = [:]

    init(timestampsWithMilliseconds: Bool) { self.timestampsWithMilliseconds = timestampsWithMilliseconds }

    /// What writing a member needs of the model, in a form that counts no references: encoders of several threads look
    /// at the same model, which outlives them.
    private struct KnownMember {
        /// As the handler spells it: the same literal every time, which compares in an instant.
        let name: String
        let openTag: LastingText
        let closeTag: LastingText
        let member: Unmanaged<Member>
        let shape: Unmanaged<Shape>
        /// Whether it is an element of its own without attributes, whatever its value.
        let isPlain: Bool

        init(_ name: String, _ member: Member) {
            self.name = name
            openTag = member.openTag
            closeTag = member.closeTag
            self.member = .passUnretained(member)
            shape = .passUnretained(member.shape)
            isPlain =
                !member.isAttribute && !member.isFlattened && !member.shape.isFlattened && !member.shape.hasAttributes
        }
    }

    /// Writes the members of a structure. A member that the model does not have is a handler's mistake: it traps in a
    /// debug build and is left out otherwise.
    mutating func members(_ fields: Fields, _ shape: Shape) {
        let known = lastMembers[ObjectIdentifier(shape)] ?? []
        var members: [KnownMember] = []
        var isKnown = true
        for (place, field) in fields.fields.enumerated() {
            if isKnown, place < known.count, known[place].name == field.name {
                write(field.value, known[place])
                continue
            }
            guard let member = shape.member(field.name) else {
                assertionFailure("\(shape.name) has no member '\(field.name)'")
                continue
            }
            if isKnown {
                isKnown = false
                members = Array(known.prefix(place))
            }
            let found = KnownMember(field.name, member)
            members.append(found)
            write(field.value, found)
        }
        if !isKnown { lastMembers[ObjectIdentifier(shape)] = members }
    }

    private mutating func write(_ value: Value, _ known: KnownMember) {
        guard known.isPlain else {
            known.member._withUnsafeGuaranteedRef { member(value, $0) }
            return
        }
        if case .null = value { return }
        writer.raw(known.openTag)
        known.shape._withUnsafeGuaranteedRef { content(value, $0) }
        writer.raw(known.closeTag)
    }

    private mutating func member(_ value: Value, _ member: Member) {
        if member.isAttribute { return }
        switch value {
        case .null:
            return
        case .list(let values):
            if member.isFlattened || member.shape.isFlattened {
                guard let element = member.shape.element else { return }
                for value in values {
                    // A flattened element goes by its own name if it has one, else by the list's.
                    if element.locationName != nil {
                        writer.raw(element.openTag)
                        content(value, element.shape)
                        writer.raw(element.closeTag)
                    } else {
                        writer.raw(member.openTag)
                        content(value, element.shape)
                        writer.raw(member.closeTag)
                    }
                }
                return
            }
        case .map(let fields):
            if member.isFlattened || member.shape.isFlattened {
                for field in fields.fields {
                    writer.raw(member.openTag)
                    entry(field, member.shape)
                    writer.raw(member.closeTag)
                }
                return
            }
        default: break
        }
        open(value, member)
        content(value, member.shape)
        writer.raw(member.closeTag)
    }

    /// The tag that begins an element, with its attributes.
    private mutating func open(_ value: Value, _ member: Member) {
        guard member.shape.hasAttributes, let fields = value.fields else {
            writer.raw(member.openTag)
            return
        }
        writer.raw("<\(member.wireName)")
        for attribute in member.shape.members where attribute.isAttribute {
            guard let text = fields[attribute.name]?.text else { continue }
            if attribute.wireName.hasPrefix("xsi:") {
                writer.raw(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"")
            }
            writer.raw(" \(attribute.wireName)=\"")
            writer.text(text)
            writer.raw("\"")
        }
        writer.raw(">")
    }

    private mutating func entry(_ field: Fields.Field, _ shape: Shape) {
        guard let key = shape.key, let element = shape.element else { return }
        writer.raw(key.openTag)
        writer.text(field.name)
        writer.raw(key.closeTag)
        writer.raw(element.openTag)
        content(field.value, element.shape)
        writer.raw(element.closeTag)
    }

    /// A long list is encoded apart from what surrounds it, in two halves.
    private mutating func elements(_ values: [Value], _ element: Member) {
        guard values.isLong else {
            for value in values { self.element(value, element) }
            return
        }
        let withMilliseconds = timestampsWithMilliseconds
        let parts = values.halves { half in
            var encoder = XMLEncoder(timestampsWithMilliseconds: withMilliseconds)
            for value in half { encoder.element(value, element) }
            return encoder.writer.bytes
        }
        for part in parts { writer.raw(part) }
    }

    private mutating func element(_ value: Value, _ element: Member) {
        writer.raw(element.openTag)
        content(value, element.shape)
        writer.raw(element.closeTag)
    }

    private mutating func content(_ value: Value, _ shape: Shape) {
        switch value {
        case .structure(let fields):
            members(fields, shape)
        case .list(let values):
            guard let element = shape.element else { return }
            elements(values, element)
        case .map(let fields):
            for field in fields.fields {
                writer.raw("<entry>")
                entry(field, shape)
                writer.raw("</entry>")
            }
        case .string(let text):
            writer.text(text)
        case .integer(let number):
            writer.raw(String(number))
        case .double(let number):
            writer.raw(number == number.rounded() && abs(number) < 1e15 ? "\(number)" : String(number))
        case .boolean(let flag):
            if flag { writer.raw("true") } else { writer.raw("false") }
        case .timestamp(let time):
            writer.raw(timestampsWithMilliseconds ? time.iso8601 : time.iso8601Seconds)
        case .blob(let bytes):
            writer.raw(Base64.encode(bytes))
        case .null:
            break
        }
    }
}
