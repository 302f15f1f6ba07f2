import FoundationEssentials

/// Why a stored result could not be read.
package enum GradeResultError: Error, Equatable, CustomStringConvertible {
    /// Written by a newer Skylab.
    case newerSchema(version: Int)
    /// Not a result; `detail` names the member.
    case malformed(detail: String)
    /// A value that JSON has no form for.
    case notEncodable(detail: String)

    package var description: String {
        switch self {
        case .newerSchema(let version):
            "the result has schema version \(version), this Skylab reads up to \(GradeResult.currentSchemaVersion): update Skylab"
        case .malformed(let detail): "not a grading result: \(detail)"
        case .notEncodable(let detail): "the result cannot be written as JSON: \(detail)"
        }
    }
}

extension GradeResult {
    /// The result as `docs/result-schema.md` describes it; keys are sorted, so equal results are equal bytes.
    package func json() throws(GradeResultError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(withFiniteTimes())) + [0x0A]
        } catch {
            throw .notEncodable(detail: "\(error)")
        }
    }

    /// Reads what `json()` wrote.
    package init(json: some Collection<UInt8>) throws(GradeResultError) {
        do {
            let data = Data(json)
            let version = try JSONDecoder().decode(SchemaHeader.self, from: data).schemaVersion
            guard version <= Self.currentSchemaVersion else { throw GradeResultError.newerSchema(version: version) }
            self = try JSONDecoder().decode(GradeResult.self, from: data)
        } catch let error as GradeResultError {
            throw error
        } catch let error as DecodingError {
            throw .malformed(detail: error.place)
        } catch {
            throw .malformed(detail: "\(error)")
        }
    }

    /// JSON has no infinity and no NaN; a time that is one says nothing and becomes 0.
    private func withFiniteTimes() -> GradeResult {
        func finite(_ seconds: Double) -> Double { seconds.isFinite ? seconds : 0 }
        var result = self
        result.seconds = finite(seconds)
        for index in result.checks.indices { result.checks[index].seconds = finite(result.checks[index].seconds) }
        for index in apiCalls.indices {
            result.apiCalls[index].startSeconds = apiCalls[index].startSeconds.map(finite)
            result.apiCalls[index].tookSeconds = apiCalls[index].tookSeconds.map(finite)
        }
        if let usage = program?.usage {
            result.program?.usage.wallSeconds = finite(usage.wallSeconds)
            result.program?.usage.cpuSeconds = finite(usage.cpuSeconds)
            result.program?.usage.virtualSeconds = finite(usage.virtualSeconds)
        }
        return result
    }
}

/// The one member that every version has.
private struct SchemaHeader: Decodable {
    var schemaVersion: Int
}

extension DecodingError {
    /// The path to the member and what is wrong with it.
    fileprivate var place: String {
        let (context, last): (Context, String?) =
            switch self {
            case .keyNotFound(let key, let context): (context, key.stringValue)
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context, nil)
            @unknown default: (Context(codingPath: [], debugDescription: "\(self)"), nil)
            }
        let path = (context.codingPath.map(\.stringValue) + (last.map { [$0] } ?? [])).joined(separator: ".")
        let problem = last == nil ? context.debugDescription : "is missing"
        return path.isEmpty ? problem : "\(path): \(problem)"
    }
}
