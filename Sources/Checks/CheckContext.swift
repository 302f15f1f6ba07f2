package import JSONValue

/// What checks may look at: the region after the run, read-only.
package protocol CheckContext {
    /// The resources that a selector such as `ec2:instance` names, in a fixed order, each as the service's own describe
    /// operation shows it, with tag lists turned into mappings. Throws for a selector that does not exist: that is the
    /// lab's mistake or ours, and never the student's.
    func select(_ selector: String) throws -> [JSON]

    /// What to call a resource in front of a student, for instance `i-0123456789abcdef0`; nil where it has no name.
    func identifier(of resource: JSON, selector: String) -> String?

    /// The submission's variant parameters.
    var params: [String: JSON] { get }
}

extension CheckContext {
    /// The first of the members that AWS's naming suggests: for `ec2:security-group` `SecurityGroupId`, `GroupId`, then the
    /// same with `Arn` and `Name`, with a capital or a small first letter.
    package func identifier(of resource: JSON, selector: String) -> String? {
        guard let name = selector.split(separator: ":").last else { return nil }
        let words = name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }
        for ending in ["Id", "Arn", "Name"] {
            for start in words.indices {
                let key = words[start...].joined() + ending
                let lowered = key.prefix(1).lowercased() + key.dropFirst()
                if let value = resource[key]?.stringValue ?? resource[lowered]?.stringValue { return value }
            }
        }
        return nil
    }
}
