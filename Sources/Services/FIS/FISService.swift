package import CloudState
import ServiceModel

/// AWS Fault Injection Service: experiment templates and experiments, on top of the world's faults.
///
/// <https://docs.aws.amazon.com/fis/latest/APIReference/Welcome.html>
package enum FISService {
    package static let definition = ServiceDefinition(
        signingNames: ["fis"], model: { .fis },
        operations: groups.merged,
        reactions: ServiceReactions(handle: ExperimentRun.handle, isAwaited: ExperimentRun.isAwaited))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        AccountCalls.operations,
        CatalogueCalls.operations,
        ExperimentCalls.operations,
        SafetyLeverCalls.operations,
        TagCalls.operations,
        TemplateCalls.operations,
    ]
}

/// FIS's errors.
///
/// <https://docs.aws.amazon.com/fis/latest/APIReference/CommonErrors.html>
enum FISError {
    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationException", message) }
    static func notFound(_ message: String) -> ServiceError {
        ServiceError("ResourceNotFoundException", message, status: 404)
    }
    static func conflict(_ message: String) -> ServiceError { ServiceError("ConflictException", message, status: 409) }

    static func noTemplate(_ id: String) -> ServiceError {
        notFound("Experiment template \(id.prefix(64)) does not exist.")
    }
    static func noExperiment(_ id: String) -> ServiceError { notFound("Experiment \(id.prefix(64)) does not exist.") }

    static func notEmulated(_ what: String) -> ServiceError {
        ServiceError("ValidationException", "\(what) is not emulated here.", isNotEmulated: true)
    }
}

extension CallContext {
    func template(_ id: String?) throws(ServiceError) -> ExperimentTemplate {
        guard let template = fis.templates[id ?? ""] else { throw FISError.noTemplate(id ?? "") }
        return template
    }

    func experiment(_ id: String?) throws(ServiceError) -> Experiment {
        guard let experiment = fis.experiments[id ?? ""] else { throw FISError.noExperiment(id ?? "") }
        return experiment
    }

    func fisARN(_ resource: String) -> String { "arn:aws:fis:\(region):\(accountID):\(resource)" }
}

extension Tags {
    /// As answers show them: a map.
    var map: Value { .map(Fields(tags.map { .init(name: $0.key, value: .string($0.value)) })) }
}

/// Pages of answers, by `maxResults` and `nextToken`.
enum Paging {
    private static let tokens = OffsetToken("f1:")

    static func page<Item>(_ items: [Item], _ input: Input) throws(ServiceError) -> (items: [Item], token: Value?) {
        guard let start = tokens.offset(input.string("nextToken")) else {
            throw FISError.validation("Invalid nextToken.")
        }
        let size = input.shape.member("maxResults") == nil ? 100 : input.integer("maxResults") ?? 100
        let page = tokens.page(of: items, from: start, size: max(1, size))
        return (Array(page.items), page.token)
    }
}
