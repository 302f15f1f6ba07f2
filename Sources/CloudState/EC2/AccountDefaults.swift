/// What an account has set for the new instances of a region, and whether it lets anybody at their serial consoles.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html>
package struct AccountDefaults: Sendable, Equatable {
    /// Options of the instance metadata service; nil where the account has no preference.
    package struct Metadata: Sendable, Equatable {
        package var httpTokens: String?
        package var httpPutResponseHopLimit: Int?
        package var httpEndpoint: String?
        package var instanceMetadataTags: String?

        package init() {}
    }

    package var metadata = Metadata()
    package var allowsSerialConsole = false
    /// `standard` or `unlimited` by the family of burstable instances, where the account has changed it.
    private var credits: [String: String] = [:]

    package init() {}

    /// The burstable families.
    package static let burstableFamilies = ["t2", "t3", "t3a", "t4g"]

    /// T2 starts as standard, the later families as unlimited.
    package func credits(ofFamily family: String) -> String {
        credits[family] ?? (family == "t2" ? "standard" : "unlimited")
    }

    package mutating func setCredits(_ credits: String, ofFamily family: String) { self.credits[family] = credits }
}
