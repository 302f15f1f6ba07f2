import CloudState
import EmulatorCore
import Images

/// A function's image is damaged, or no image that could be run.
struct UnusableImage: Error {}

/// Getting a container's image, with AWS's words where that fails.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html>
enum PulledImage {
    static func pull(
        _ container: TaskLaunch.Container, _ store: ImageStore, _ reporter: Reporter
    ) async throws(WorkloadError) -> Images.Image {
        let problem: ImageError
        do {
            let reference = try ImageReference(container.image)
            if let region = reference.privateRegistryRegion {
                let world = reporter.emulator.world
                let repository = world.regions.first { $0.name == region }?.ecr.repositories[reference.repository]
                if let repository, let image = repository.image(tag: reference.tag, digest: reference.digest) {
                    return try await ContainerProbe.onThread {
                        try store.image(reference, manifest: image.manifest) { digest in
                            repository.layers[digest] ?? repository.images.first { $0.digest == digest }?.manifest
                        }
                    }
                }
                // A folder of the store may stand for the registry.
                do { return try await ContainerProbe.onThread { try store.image(reference) } } catch ImageError
                    .noRepository
                { throw ImageError.noTag(reference) }
            }
            return try await ContainerProbe.onThread { try store.image(reference) }
        } catch let error as ImageError {
            problem = error
        } catch {
            throw WorkloadError("CannotPullContainerError: \(error)", container: container.name)
        }
        throw WorkloadError(words(problem), container: container.name)
    }

    /// The image of a function, as it was when the function got it.
    static func pull(_ image: FunctionImage, _ store: ImageStore) async throws -> Images.Image {
        do {
            let reference = try ImageReference(image.uri)
            return try await ContainerProbe.onThread {
                guard let manifest = image.manifest else { return try store.image(reference) }
                return try store.image(reference, manifest: manifest) { image.blobs[$0] }
            }
        } catch ImageError.unusable {
            throw UnusableImage()
        } catch {
            throw WorkloadError("its image cannot be used: \(error)")
        }
    }

    private static func words(_ problem: ImageError) -> String {
        let retried = "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref"
        switch problem {
        case .badReference(let text):
            return "CannotPullContainerError: invalid reference format: \(text.prefix(200))"
        case .noRepository(let reference):
            return
                "\(retried) \(reference): pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
        case .noTag(let reference): return "\(retried) \(reference): \(reference): not found"
        case .unusable, .cache: return "CannotPullContainerError: ref pull has been retried 1 time(s): \(problem)"
        }
    }
}

extension ImageReference {
    /// The region of a private registry of ECR's: `ACCOUNT.dkr.ecr.REGION.amazonaws.com`; nil for another registry.
    var privateRegistryRegion: String? {
        let parts = registry.split(separator: ".").map(String.init)
        guard parts.count == 6, parts[1] == "dkr", parts[2] == "ecr", parts[4] == "amazonaws", parts[5] == "com" else {
            return nil
        }
        return parts[3]
    }
}
