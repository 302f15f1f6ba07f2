import CloudState
import ServiceModel

/// How requests name a function: by its name, a part of its ARN or the whole, with or without a qualifier.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html#lambda-GetFunction-request-FunctionName>
struct FunctionName {
    let name: String
    /// A version or an alias; nil where none is named.
    let qualifier: String?

    init(_ input: Input, _ context: CallContext) throws(ServiceError) {
        try self.init(
            input.string("FunctionName") ?? "",
            qualifier: input.shape.member("Qualifier") == nil ? nil : input.string("Qualifier"), context)
    }

    init(_ text: String, qualifier: String? = nil, _ context: CallContext) throws(ServiceError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let rest: ArraySlice<String>
        if parts.count >= 7, parts[0] == "arn", parts[2] == "lambda", parts[5] == "function" {
            guard parts[3] == context.region, parts[4] == context.accountID else {
                throw LambdaError.notFound("Function not found: \(text.prefix(170))")
            }
            rest = parts[6...]
        } else if parts.count >= 3, parts[1] == "function" {
            guard parts[0] == context.accountID else {
                throw LambdaError.notFound("Function not found: \(text.prefix(170))")
            }
            rest = parts[2...]
        } else {
            rest = parts[...]
        }
        guard let name = rest.first, Self.isName(name), rest.count <= 2 else {
            throw LambdaError.constraint(
                text, "functionName",
                "satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
            )
        }
        self.name = name
        let own = rest.count == 2 ? rest.last : nil
        if let own, let qualifier, own != qualifier {
            throw LambdaError.parameter(
                "The derived qualifier from the function name does not match the specified qualifier.")
        }
        self.qualifier = qualifier ?? own
    }

    static func isName(_ text: String) -> Bool {
        (1...140).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
            }
    }
}

extension CallContext {
    func functionARN(_ name: String, _ qualifier: String? = nil) -> String {
        let arn = "arn:aws:lambda:\(region):\(accountID):function:\(name)"
        return qualifier.map { "\(arn):\($0)" } ?? arn
    }

    /// The function that a request names, and the qualifier.
    func function(_ input: Input) throws(ServiceError) -> (function: LambdaFunction, qualifier: String?) {
        let name = try FunctionName(input, self)
        guard let function = lambda.functions[name.name] else {
            throw LambdaError.notFound("Function not found: \(functionARN(name.name, name.qualifier))")
        }
        return (function, name.qualifier)
    }

    /// The version that a qualifier means: a version itself, or what an alias stands for.
    func version(_ function: LambdaFunction, _ qualifier: String?) throws(ServiceError) -> FunctionVersion {
        let name = qualifier ?? "$LATEST"
        if let version = function.version(name) { return version }
        if let alias = function.alias(name), let version = function.version(alias.version) { return version }
        throw LambdaError.notFound("Function not found: \(function.arn):\(name)")
    }

    mutating func newRevision() -> String { world.ids.uuid("\(region)/lambda/revision") }
}
