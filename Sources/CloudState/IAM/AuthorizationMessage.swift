import ServiceModel

/// The encoded message in EC2's refusals, which `sts:DecodeAuthorizationMessage` opens again.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html>
package enum AuthorizationMessage {
    /// Seals a message; the same refusal at the same time gives the same text.
    package static func encode(_ message: String, world: World) -> String {
        let key = IDGenerator.mix(world.ids.seed ^ 0x0A17)
        let nonce = IDGenerator.hash(message, UInt64(bitPattern: Int64(world.now.milliseconds)))
        return Base64.encode(Sealing.seal(Array(message.utf8), key: key, nonce: nonce))
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// The message; nil where the text is none of this account's.
    package static func decode(_ text: String, world: World) -> String? {
        guard let bytes = Base64.decode(text),
            let opened = Sealing.open(bytes, key: IDGenerator.mix(world.ids.seed ^ 0x0A17))
        else { return nil }
        return String(validating: opened, as: UTF8.self)
    }
}
