import ServiceModel

extension IAMState {
    /// Whether a policy of the account can name this principal: an account, an existing user or role, a service.
    package func knows(principal value: String, type: String, accountID: String) -> Bool {
        switch type {
        case "AWS":
            if value == "*" || value.isAccountNumber { return true }
            // What AWS puts in place of a principal that was deleted.
            if value.hasPrefix("AIDA") || value.hasPrefix("AROA") { return true }
            let parts = value.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
            guard parts.count == 6, parts[0] == "arn", parts[3].isEmpty, parts[4].utf8.count == 12 else { return false }
            let name = parts[5].split(separator: "/")
            guard parts[4] == accountID, parts[2] == "iam", let last = name.last else {
                return parts[2] == "iam" || parts[2] == "sts"
            }
            switch name.first {
            case "root": return true
            case "user": return user(String(last))?.arn == value
            case "role": return role(String(last))?.arn == value
            default: return false
            }
        case "Service": return ServicePrincipals.knows(value)
        default: return !value.isEmpty
        }
    }
}
