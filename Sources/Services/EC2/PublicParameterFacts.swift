package import CloudState
import JSONValue
import ServiceModel

extension EC2Service {
    /// The public parameters of Systems Manager that name images, in the order of their names.
    @Sendable package static func publicParameters(in region: String) -> [PublicParameter] {
        var newest: [String: PublicImage] = [:]
        for image in PublicImage.all(in: region) {
            for name in image.parameters {
                if let other = newest[name], other.creationDate > image.creationDate { continue }
                newest[name] = image
            }
        }
        let parameters = newest.flatMap { name, image in
            // A parameter's version grows by one with each build; there are some forty of them a year.
            let weeks = max(
                1,
                (image.creationDate.milliseconds - Timestamp(year: 2023, month: 3, day: 15).milliseconds) / 777_600_000)
            let parameter = PublicParameter(
                name: name, value: image.id, dataType: "aws:ec2:image", modified: image.creationDate, version: weeks)
            return [parameter] + containerHost(parameter, image)
        }
        return parameters.sorted { $0.name < $1.name }
    }

    /// What else is said of an image that is optimised for Amazon ECS: all of it as one document, and each part.
    ///
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html>
    private static func containerHost(_ parameter: PublicParameter, _ image: PublicImage) -> [PublicParameter] {
        guard parameter.name.hasPrefix("/aws/service/ecs/"), parameter.name.hasSuffix("/image_id") else { return [] }
        let root = parameter.name.dropLast("/image_id".count)
        let parts: [(name: String, value: String)] = [
            ("ecs_agent_version", "1.98.0"), ("ecs_runtime_version", "Docker version 25.0.8"), ("image_id", image.id),
            ("image_name", image.name),
            (
                "image_version",
                image.name.split(separator: "-").first { $0.hasPrefix("20") || $0.hasPrefix("2.0.") }.map(String.init)
                    ?? ""
            ),
            ("os", image.name.hasPrefix("al2023") ? "Amazon Linux 2023" : "Amazon Linux 2"),
        ]
        var document = JSONObject(uniquing: parts.map { ($0.name, JSON.string($0.value)) })
        document.set("schema_version", to: 1)
        func text(_ name: Substring, _ value: String) -> PublicParameter {
            PublicParameter(
                name: String(name), value: value, dataType: "text", modified: parameter.modified,
                version: parameter.version)
        }
        return [text(root, JSON.object(document).serializedString())]
            + parts.filter { $0.name != "image_id" }.map { text("\(root)/\($0.name)"[...], $0.value) }
    }
}
