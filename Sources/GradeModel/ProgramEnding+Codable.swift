/// In JSON an ending is an object whose `kind` says which members follow; see `docs/result-schema.md`.
extension ProgramEnding: Codable {
    private enum Kind: String, Codable {
        case exited, signalled, limit
        case forbiddenSystemCall = "forbidden_system_call"
        case notStarted = "not_started"
    }

    private enum Member: String, CodingKey {
        case kind, code, signal, name, limit, reason
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        self =
            switch try members.decode(Kind.self, forKey: .kind) {
            case .exited: .exited(code: try members.decode(Int.self, forKey: .code))
            case .signalled:
                .signalled(
                    signal: try members.decode(Int.self, forKey: .signal),
                    name: try members.decode(String.self, forKey: .name))
            case .limit: .limit(try members.decode(Limit.self, forKey: .limit))
            case .forbiddenSystemCall:
                .forbiddenSystemCall(name: try members.decode(String.self, forKey: .name))
            case .notStarted: .notStarted(reason: try members.decode(String.self, forKey: .reason))
            }
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        switch self {
        case .exited(let code):
            try members.encode(Kind.exited, forKey: .kind)
            try members.encode(code, forKey: .code)
        case .signalled(let signal, let name):
            try members.encode(Kind.signalled, forKey: .kind)
            try members.encode(signal, forKey: .signal)
            try members.encode(name, forKey: .name)
        case .limit(let limit):
            try members.encode(Kind.limit, forKey: .kind)
            try members.encode(limit, forKey: .limit)
        case .forbiddenSystemCall(let name):
            try members.encode(Kind.forbiddenSystemCall, forKey: .kind)
            try members.encode(name, forKey: .name)
        case .notStarted(let reason):
            try members.encode(Kind.notStarted, forKey: .kind)
            try members.encode(reason, forKey: .reason)
        }
    }
}
