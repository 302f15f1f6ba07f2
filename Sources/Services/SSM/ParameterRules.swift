import CloudState
import ServiceModel

/// What Parameter Store demands of names and values.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html>
enum ParameterRules {
    static func checkName(_ name: String) throws(ServiceError) {
        let folded = name.lowercased()
        if folded.hasPrefix("/aws/") || folded == "/aws" {
            throw ServiceError("AccessDeniedException", "No access to reserved parameter name: \(name.prefix(1024)).")
        }
        let isReserved = ["aws", "ssm"].contains { folded.hasPrefix($0) || folded.hasPrefix("/\($0)") }
        let isPlain = name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "_.-/".utf8.contains($0)
        }
        if isReserved, name.hasPrefix("/") {
            throw SSMError.validation(
                "Parameter name: can't be prefixed with \"\(folded.hasPrefix("/aws") ? "aws" : "ssm")\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_"
            )
        }
        guard !isReserved else {
            throw SSMError.validation(
                "Parameter name: can't be prefixed with \"\(folded.hasPrefix("aws") ? "aws" : "ssm")\" (case-insensitive)."
            )
        }
        guard isPlain, !name.hasSuffix("/"), !name.contains("//") else {
            throw SSMError.validation(
                "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_"
            )
        }
        guard !name.contains("/") || name.hasPrefix("/") else {
            throw SSMError.validation("Parameter name must be a fully qualified name.")
        }
        guard name.unicodeScalars.count <= 1011 else {
            throw SSMError.validation("Parameter name exceeds the maximum length of 1011 characters.")
        }
        guard name.split(separator: "/").count <= 15 else {
            throw ServiceError(
                "HierarchyLevelLimitExceededException",
                "A hierarchy can have a maximum of 15 levels. For more information, see Requirements and constraints for parameter names in the AWS Systems Manager User Guide."
            )
        }
    }

    /// The tier that a value goes into.
    static func tier(_ wanted: String?, value: String, previous: String?) throws(ServiceError) -> String {
        let size = value.utf8.count
        guard size <= 8192 else {
            throw SSMError.validation(
                "Advanced tier parameters support a maximum parameter value of 8192 characters.")
        }
        if previous == "Advanced" {
            guard wanted != "Standard" else {
                throw SSMError.validation(
                    "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter."
                )
            }
            return "Advanced"
        }
        switch wanted {
        case "Advanced": return "Advanced"
        case "Intelligent-Tiering": return size > 4096 ? "Advanced" : "Standard"
        default:
            guard size <= 4096 else {
                throw SSMError.validation(
                    "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
                )
            }
            return "Standard"
        }
    }

    static func checkValue(_ value: String, type: String, dataType: String) throws(ServiceError) {
        guard !value.isEmpty else {
            throw SSMError.validation(
                "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1."
            )
        }
        if value.hasPrefix("{{"), value.hasSuffix("}}") {
            throw SSMError.validation(
                "Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.")
        }
        switch dataType {
        case "text", "aws:ssm:integration": break
        case "aws:ec2:image":
            guard type == "String" else {
                throw SSMError.validation(
                    "The data type aws:ec2:image is supported only for parameters of type String.")
            }
            let digits = value.dropFirst(4).utf8
            guard value.hasPrefix("ami-"), digits.count == 8 || digits.count == 17,
                digits.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
            else {
                throw SSMError.validation(
                    "Parameter value does not match the expected format for data type aws:ec2:image.")
            }
        default:
            throw SSMError.validation(
                "The following data type is not supported: \(dataType.prefix(128)) (Data type names are all lowercase.)"
            )
        }
    }
}

/// The pattern that a parameter's values must match.
struct AllowedPattern {
    private let regex: Regex<AnyRegexOutput>
    /// How many parts of the pattern may take any number of characters.
    private let repeats: Int
    private let isNested: Bool

    init(_ text: String) throws(ServiceError) {
        guard let regex = try? Regex(text) else {
            throw ServiceError(
                "InvalidAllowedPatternException", "The request does not meet the regular expression requirement.")
        }
        self.regex = regex
        repeats = text.utf8.count { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "{") }
        isNested = [")*", ")+", "){"].contains { text.contains($0) } || text.contains("\\1")
    }

    /// Whether the whole value matches. A pattern that could take very long on it is taken as met: matching backtracks,
    /// and pattern and value are a stranger's.
    func accepts(_ value: String) -> Bool {
        var steps = 1.0
        for _ in 0..<repeats { steps *= Double(max(value.utf8.count, 2)) }
        if isNested { steps *= steps }
        guard steps < 1e8, !(isNested && value.utf8.count > 24) else { return true }
        return (try? regex.wholeMatch(in: value)) != nil
    }
}
