package import CloudState
import ServiceModel

extension EC2Service {
    /// The public parameters of Systems Manager that name images and tell of regions, in the order of their names.
    @Sendable package static func publicParameters(in region: String) -> [PublicParameter] {
        var newest: [String: PublicImage] = [:]
        for image in PublicImage.all(in: region) {
            for name in image.parameters {
                if let other = newest[name], other.creationDate > image.creationDate { continue }
                newest[name] = image
            }
        }
        var parameters = PublicParameters.ofRegions
        for (name, image) in newest {
            parameters.append(PublicParameters.ofImage(name, image.id, "aws:ec2:image", image))
            if name.hasPrefix("/aws/service/ecs/"), name.hasSuffix("/image_id") {
                parameters += PublicParameters.ofContainerImage(String(name.dropLast("/image_id".count)), image, region)
            }
        }
        return parameters.sorted { $0.name < $1.name }
    }
}

/// Public parameters beside the ids of images.
private enum PublicParameters {
    static func ofImage(_ name: String, _ value: String, _ type: String, _ image: PublicImage) -> PublicParameter {
        // A parameter's version grows by one with each build; there are some forty of them a year.
        let weeks = max(
            1,
            (image.creationDate.milliseconds - Timestamp(year: 2023, month: 3, day: 15).milliseconds) / 777_600_000)
        return PublicParameter(name: name, value: value, dataType: type, modified: image.creationDate, version: weeks)
    }

    /// What is said of an image for container instances: one document, and each of its members by itself. The versions
    /// of the agent and of Docker are those that such an instance registers with.
    ///
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html>
    static func ofContainerImage(_ name: String, _ image: PublicImage, _ region: String) -> [PublicParameter] {
        let is2023 = image.name.hasPrefix("al2023")
        let version = image.name.split(separator: "-").first { $0.hasPrefix("2.0.") || $0.hasPrefix("2023.") } ?? ""
        let source = PublicImage.all(in: region).last {
            $0.architecture == image.architecture
                && $0.name.hasPrefix(is2023 ? "al2023-ami-minimal-" : "amzn2-ami-")
                && $0.creationDate <= image.creationDate
        }
        var members = [
            ("ecs_agent_version", "1.98.0"), ("ecs_runtime_version", "Docker version 25.0.8"), ("image_id", image.id),
            ("image_name", image.name), ("image_version", String(version)),
            ("os", is2023 ? "Amazon Linux 2023" : "Amazon Linux 2"), ("schema_version", "1"),
        ]
        if let source { members.append(("source_image_name", source.name)) }
        let texts = members.map { $0 == "schema_version" ? "\"\($0)\":\($1)" : "\"\($0)\":\"\($1)\"" }
        let document = ofImage(name, "{\(texts.joined(separator: ","))}", "text", image)
        return [document] + members.filter { $0.0 != "image_id" }.map { ofImage("\(name)/\($0)", $1, "text", image) }
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-global-infrastructure.html>
    static let ofRegions: [PublicParameter] = {
        let root = "/aws/service/global-infrastructure"
        var parameters: [PublicParameter] = []
        func add(_ name: String, _ value: String) {
            parameters.append(
                PublicParameter(
                    name: "\(root)/\(name)", value: value, dataType: "text",
                    modified: Timestamp(year: 2026, month: 1, day: 5), version: 1))
        }
        for region in RegionFacts.all {
            add("regions/\(region.name)", region.name)
            add("regions/\(region.name)/longName", region.longName)
            add("regions/\(region.name)/domain", "amazonaws.com")
            add("regions/\(region.name)/partition", "aws")
            for zone in region.zones {
                add("regions/\(region.name)/availability-zones/\(zone.id)", zone.id)
                add("availability-zones/\(zone.id)", zone.id)
            }
        }
        return parameters
    }()
}
