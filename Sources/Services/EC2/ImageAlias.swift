import CloudState
import ServiceModel

/// Image ids given by the name of a Systems Manager parameter, as `resolve:ssm:NAME` or `resolve:ssm:NAME:VERSION`.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-systems-manager-parameter-to-find-AMI.html>
enum ImageAlias {
    private static let prefix = "resolve:ssm:"

    /// The image id that a text stands for: itself, or the value of the parameter that it names.
    static func resolved(_ text: String, _ context: inout CallContext) throws(ServiceError) -> String {
        guard text.hasPrefix(prefix) else { return text }
        let name = String(text.dropFirst(prefix.count))
        if let image = PublicImage.withParameter(name, in: context.region) { return image.id }
        // The account's own parameters are Systems Manager's to look up.
        let answer: Fields
        do throws(ServiceError) {
            answer = try context.call("ssm", "GetParameter", ["Name": .string(name)])
        } catch {
            throw EC2Error.invalidParameter("Systems Manager parameter '\(name.prefix(256))' could not be resolved.")
        }
        guard let id = answer["Parameter"]?["Value"]?.text, ResourceKind.image.accepts(id) else {
            throw EC2Error.invalidParameter(
                "Systems Manager parameter '\(name.prefix(256))' does not hold an image ID.")
        }
        return id
    }
}
