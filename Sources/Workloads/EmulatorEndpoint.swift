package import Sandbox

/// Where programs in boxes find the emulator.
package enum EmulatorEndpoint {
    package static let listener = SandboxListener(address: "127.0.0.1", port: 4566)

    /// What leads AWS's clients there, and keeps them from looking elsewhere.
    package static let environment: [(name: String, value: String)] = [
        ("AWS_ENDPOINT_URL", "http://\(listener.address):\(listener.port)"),
        // Addresses have no names here: Cloud Map's `data-` before one would lead nowhere.
        ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"),
        // Nothing answers at the metadata address: looking there would only cost time.
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
}
