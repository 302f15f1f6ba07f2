/// Reads `account`.
extension LabReader {
    func account(_ node: YAMLNode) -> LabAccount {
        var account = LabAccount()
        guard var fields = FieldReader(node, "'account'", diagnostics) else { return account }
        let policies = fields.optional("student_policies")
        if let enforces = fields.optional("enforce_iam")?.boolean("'enforce_iam'", diagnostics) {
            account.enforcesIAM = enforces
        }
        if let policies {
            account.studentPolicies = policies.list("'student_policies'", diagnostics)?.compactMap(policy) ?? []
            if !account.enforcesIAM {
                diagnostics.error("'student_policies' means nothing without 'enforce_iam: true'", at: policies.location)
            }
        }
        if let quotas = fields.optional("quotas") { account.quotas = self.quotas(quotas) }
        if let shortages = fields.optional("shortages") {
            account.shortages = shortages.list("'shortages'", diagnostics)?.compactMap(shortage) ?? []
        }
        fields.finish()
        return account
    }

    private func policy(_ node: YAMLNode) -> LabAccount.StudentPolicy? {
        if case .mapping = node.content { return node.json("a policy", diagnostics).map { .inline($0) } }
        return node.text("a policy", diagnostics).map { .managed($0) }
    }

    private func quotas(_ node: YAMLNode) -> [LabAccount.Quota] {
        guard var fields = FieldReader(node, "'quotas'", diagnostics) else { return [] }
        var quotas: [LabAccount.Quota] = []
        for bucket in LabAccount.QuotaBucket.allCases {
            for (key, isSpot) in [(bucket.rawValue, false), ("spot-\(bucket.rawValue)", true)] {
                let count = fields.optional(key)?.integer("'\(key)'", in: 0...10_000_000, diagnostics)
                if let count { quotas.append(.init(bucket: bucket, isSpot: isSpot, vCPUs: count)) }
            }
        }
        fields.finish()
        return quotas
    }

    private func shortage(_ node: YAMLNode) -> LabAccount.Shortage? {
        guard var fields = FieldReader(node, "a shortage", diagnostics) else { return nil }
        let types = fields.required("types").flatMap { $0.text("'types'", diagnostics) }
        let zone = fields.optional("zone").flatMap { $0.text("'zone'", diagnostics) }
        fields.finish()
        return types.map { LabAccount.Shortage(types: $0, zone: zone) }
    }
}
