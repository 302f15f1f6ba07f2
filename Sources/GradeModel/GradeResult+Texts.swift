extension GradeResult {
    /// Changes every text that the student, the student's program or a check about it could have written, for instance
    /// to take names out of it. What the lab's author or Skylab wrote, and ids and digests, stay.
    package mutating func rewriteTexts(_ change: (String) -> String) {
        submission = change(submission)
        problem = problem.map(change)
        program?.rewrite(change)
        for index in checks.indices { checks[index].rewrite(change) }
        for index in apiCalls.indices { apiCalls[index].rewrite(change) }
        topology?.rewrite(change)
    }
}

extension ProgramRun {
    fileprivate mutating func rewrite(_ change: (String) -> String) {
        if case .notStarted(let reason) = ending { ending = .notStarted(reason: change(reason)) }
        standardOutput.head = change(standardOutput.head)
        standardOutput.tail = change(standardOutput.tail)
        standardError.head = change(standardError.head)
        standardError.tail = change(standardError.tail)
        files = files?.map { file in
            var file = file
            file.text = file.text.map(change)
            return file
        }
    }
}

extension CheckResult {
    fileprivate mutating func rewrite(_ change: (String) -> String) {
        message = change(message)
        expected = expected.map(change)
        actual = actual.map(change)
        hints = hints.map(change)
        for index in evidence.indices {
            evidence[index].subject = change(evidence[index].subject)
            evidence[index].expected = change(evidence[index].expected)
            evidence[index].actual = change(evidence[index].actual)
        }
    }
}

extension APICall {
    fileprivate mutating func rewrite(_ change: (String) -> String) {
        requestParameters = change(requestParameters)
        responseElements = responseElements.map(change)
        errorMessage = errorMessage.map(change)
        resources = resources?.map(change)
        userAgent = change(userAgent)
    }
}

extension Topology {
    /// Changes names and facts.
    mutating func rewrite(_ change: (String) -> String) {
        for vpc in vpcs.indices {
            vpcs[vpc].name = change(vpcs[vpc].name)
            vpcs[vpc].resources = vpcs[vpc].resources.map { $0.rewritten(change) }
            for zone in vpcs[vpc].zones.indices {
                for subnet in vpcs[vpc].zones[zone].subnets.indices {
                    var box = vpcs[vpc].zones[zone].subnets[subnet]
                    box.name = change(box.name)
                    box.resources = box.resources.map { $0.rewritten(change) }
                    vpcs[vpc].zones[zone].subnets[subnet] = box
                }
            }
        }
    }
}

extension TopologyResource {
    fileprivate func rewritten(_ change: (String) -> String) -> TopologyResource {
        var resource = self
        resource.name = change(name)
        resource.facts = facts.map { TopologyFact($0.name, change($0.value)) }
        return resource
    }
}
