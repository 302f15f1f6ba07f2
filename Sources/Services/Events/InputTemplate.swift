import CloudState
import JSONValue
import ServiceModel

/// What a target gets of an event: the whole, a constant, a part, or a text made of parts.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>
enum InputTemplate {
    static func input(_ target: EventTarget, _ event: BusEvent, _ rule: EventRule, _ now: Timestamp) -> String {
        if let constant = target.settings["Input"]?.text { return constant }
        let document = event.document
        if let path = target.settings["InputPath"]?.text {
            return (EventPath(path)?.value(in: document) ?? .null).serializedString()
        }
        guard let transformer = target.settings["InputTransformer"] else { return document.serializedString() }
        var values: [String: JSON] = [
            "aws.events.rule-arn": .string(rule.arn), "aws.events.rule-name": .string(rule.name),
            "aws.events.event.ingestion-time": .string(now.iso8601), "aws.events.event.json": document,
        ]
        if var object = document.objectValue {
            object.remove("detail")
            values["aws.events.event"] = .object(object)
        }
        for field in transformer["InputPathsMap"]?.fields?.fields ?? [] {
            values[field.name] = field.value.text.flatMap(EventPath.init)?.value(in: document)
        }
        return fill(transformer["InputTemplate"]?.text ?? "", values)
    }

    /// Puts values in the place of `<name>`: as JSON, and within quotes as text.
    static func fill(_ template: String, _ values: [String: JSON]) -> String {
        var result = ""
        var isQuoted = false
        var rest = template[...]
        while let character = rest.first {
            if character == "\\", isQuoted, rest.count > 1 {
                result += rest.prefix(2)
                rest = rest.dropFirst(2)
                continue
            }
            if character == "\"" { isQuoted.toggle() }
            if character == "<", let end = rest.firstIndex(of: ">") {
                let name = String(rest[rest.index(after: rest.startIndex)..<end])
                if isName(name) {
                    result += text(values[name], isQuoted: isQuoted)
                    rest = rest[rest.index(after: end)...]
                    continue
                }
            }
            result.append(character)
            rest = rest.dropFirst()
        }
        return result
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "-_.".utf8.contains(byte)
            }
    }

    private static func text(_ value: JSON?, isQuoted: Bool) -> String {
        guard isQuoted else { return value?.serializedString() ?? "null" }
        guard let value else { return "" }
        // Escaped as within a string, without the quotes round it.
        let plain = value.stringValue ?? value.serializedString()
        return String(JSON.string(plain).serializedString().dropFirst().dropLast())
    }
}
