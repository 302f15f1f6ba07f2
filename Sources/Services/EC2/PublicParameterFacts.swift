package import CloudState
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
        return newest.sorted { $0.key < $1.key }.map { name, image in
            // A parameter's version grows by one with each build; there are some forty of them a year.
            let weeks = max(
                1,
                (image.creationDate.milliseconds - Timestamp(year: 2023, month: 3, day: 15).milliseconds) / 777_600_000)
            return PublicParameter(
                name: name, value: image.id, dataType: "aws:ec2:image", modified: image.creationDate, version: weeks)
        }
    }
}
