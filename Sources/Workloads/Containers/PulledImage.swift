import CloudState
import Images

/// Getting a container's image, with AWS's words where that fails.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html>
enum PulledImage {
    static func pull(
        _ container: TaskLaunch.Container, _ store: ImageStore, _ reporter: Reporter
    ) async throws(WorkloadError) -> Image {
        let problem: ImageError
        do {
            let reference = try ImageReference(container.image)
            return try await ContainerProbe.onThread { try store.image(reference) }
        } catch let error as ImageError {
            problem = error
        } catch {
            throw WorkloadError("CannotPullContainerError: \(error)", container: container.name)
        }
        throw WorkloadError(words(problem), container: container.name)
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
