import PolicyEngine
import Testing

/// Examples of <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html> and of the
/// pages on the policy elements.
struct EvaluationTests {
    static let ana = AccessRequest.Principal(arn: "arn:aws:iam::123456789012:user/ana", accountID: "123456789012")

    static func named(_ text: String, _ name: String = "p", as kind: PolicyKind = .identity) throws -> NamedPolicy {
        NamedPolicy(
            name: name, source: kind == .identity ? .user : .resource, policy: try Policy(parsing: text, as: kind))
    }

    static func policy(_ statements: String) -> String { #"{"Version":"2012-10-17","Statement":["# + statements + "]}" }

    func decide(
        _ set: PolicySet, _ action: String, _ resource: String = "*", _ context: ConditionContext = ConditionContext(),
        by principal: AccessRequest.Principal = ana
    ) -> Decision {
        set.decide(AccessRequest(principal: principal, action: action, resource: resource, context: context))
    }

    @Test func `nothing is allowed by default`() {
        #expect(decide(PolicySet(), "ec2:RunInstances").outcome == .implicitlyDenied(for: .identity))
    }

    @Test func `an explicit deny beats every allow`() throws {
        let set = PolicySet(identity: [
            try Self.named(Self.policy(#"{"Effect":"Allow","Action":"*","Resource":"*"}"#), "all"),
            try Self.named(
                Self.policy(#"{"Sid":"No","Effect":"Deny","Action":"ec2:Terminate*","Resource":"*"}"#), "no"),
        ])
        #expect(decide(set, "ec2:RunInstances").isAllowed)
        let denied = decide(set, "ec2:TerminateInstances", "arn:aws:ec2:us-east-1:123456789012:instance/i-1")
        #expect(denied.outcome == .explicitlyDenied(by: .identity))
        #expect(denied.statements.map(\.sid) == ["No"])
        #expect(denied.statements.map(\.policyName) == ["no"])
    }

    @Test func `actions are matched whatever their case, resources are not`() throws {
        let set = PolicySet(identity: [
            try Self.named(
                Self.policy(#"{"Effect":"Allow","Action":"S3:getobject","Resource":"arn:aws:s3:::Bucket/*"}"#))
        ])
        #expect(decide(set, "s3:GetObject", "arn:aws:s3:::Bucket/a/b").isAllowed)
        #expect(!decide(set, "s3:GetObject", "arn:aws:s3:::bucket/a/b").isAllowed)
    }

    @Test func `NotAction and NotResource take all but what they name`() throws {
        // Everything but IAM; all buckets but one.
        let set = PolicySet(identity: [
            try Self.named(Self.policy(#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#)),
            try Self.named(
                Self.policy(
                    #"{"Effect":"Deny","Action":"s3:*","NotResource":["arn:aws:s3:::HRBucket/Payroll","arn:aws:s3:::HRBucket/Payroll/*"]}"#
                )),
        ])
        #expect(decide(set, "ec2:DescribeInstances").isAllowed)
        #expect(!decide(set, "iam:CreateUser").isAllowed)
        #expect(decide(set, "s3:GetObject", "arn:aws:s3:::HRBucket/Payroll/may").isAllowed)
        #expect(!decide(set, "s3:GetObject", "arn:aws:s3:::HRBucket/Other").isAllowed)
    }

    @Test func `a boundary limits what the identity's policies grant and grants nothing itself`() throws {
        let boundary = try Self.named(
            Self.policy(#"{"Effect":"Allow","Action":["s3:*","cloudwatch:*","ec2:*"],"Resource":"*"}"#))
        var set = PolicySet(
            identity: [try Self.named(Self.policy(#"{"Effect":"Allow","Action":"iam:CreateUser","Resource":"*"}"#))],
            boundary: [boundary])
        #expect(decide(set, "iam:CreateUser").outcome == .implicitlyDenied(for: .boundary))
        #expect(decide(set, "s3:ListBucket").outcome == .implicitlyDenied(for: .identity))
        set.identity = [try Self.named(Self.policy(#"{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}"#))]
        #expect(decide(set, "s3:ListBucket").isAllowed)
    }

    @Test func `a session policy limits the role's permissions`() throws {
        let set = PolicySet(
            identity: [try Self.named(Self.policy(#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#))],
            session: [try Self.named(Self.policy(#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#))])
        #expect(decide(set, "s3:GetObject").isAllowed)
        #expect(decide(set, "s3:PutObject").outcome == .implicitlyDenied(for: .session))
    }

    @Test func `a resource's policy that names the user is enough, one that names the account is not`() throws {
        let direct = try Self.named(
            Self.policy(
                #"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/ana"},"Action":"sqs:*","Resource":"*"}"#
            ),
            as: .resource)
        let account = try Self.named(
            Self.policy(#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sqs:*","Resource":"*"}"#),
            as: .resource)
        #expect(decide(PolicySet(resource: [direct]), "sqs:SendMessage").isAllowed)
        #expect(!decide(PolicySet(resource: [account]), "sqs:SendMessage").isAllowed)
        #expect(
            account.policy.grant(AccessRequest(principal: Self.ana, action: "sqs:SendMessage", resource: "*"))
                == .toAccount)
        #expect(
            direct.policy.grant(AccessRequest(principal: Self.ana, action: "sqs:SendMessage", resource: "*"))
                == .toPrincipal)
    }

    @Test func `NotPrincipal denies everybody but those it names`() throws {
        let policy = try Self.named(
            Self.policy(
                #"{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::123456789012:user/ana"]},"Action":"s3:*","Resource":"*"},{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}"#
            ),
            as: .resource)
        let bob = AccessRequest.Principal(arn: "arn:aws:iam::123456789012:user/bob", accountID: "123456789012")
        #expect(decide(PolicySet(resource: [policy]), "s3:GetObject").isAllowed)
        #expect(
            decide(PolicySet(resource: [policy]), "s3:GetObject", by: bob).outcome == .explicitlyDenied(by: .resource))
    }

    @Test func `a trust policy lets the service that it names assume the role`() throws {
        let trust = try Policy(
            parsing: Self.policy(
                #"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"#),
            as: .trust)
        func grant(_ service: String?) -> Policy.Grant {
            let principal = AccessRequest.Principal(arn: "", accountID: "123456789012", service: service)
            return trust.grant(AccessRequest(principal: principal, action: "sts:AssumeRole", resource: "*"))
        }
        #expect(grant("ec2.amazonaws.com") == .toPrincipal)
        #expect(grant("lambda.amazonaws.com") == .refused)
        #expect(trust.grant(AccessRequest(principal: Self.ana, action: "sts:AssumeRole", resource: "*")) == .refused)
    }

    @Test func `variables stand for the caller, and a missing one matches nothing`() throws {
        let set = PolicySet(identity: [
            try Self.named(
                Self.policy(
                    #"{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::amzn-s3-demo-bucket/${aws:PrincipalTag/team, 'company-wide'}/*","arn:aws:s3:::home/${aws:username}/*"]}"#
                ))
        ])
        let context = ConditionContext([("aws:username", ["ana*"])])
        #expect(decide(set, "s3:GetObject", "arn:aws:s3:::home/ana*/x", context).isAllowed)
        #expect(!decide(set, "s3:GetObject", "arn:aws:s3:::home/anabel/x", context).isAllowed)
        #expect(decide(set, "s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/company-wide/x", context).isAllowed)
        #expect(!decide(set, "s3:GetObject", "arn:aws:s3:::home//x").isAllowed)
        let tagged = ConditionContext([("aws:PrincipalTag/team", ["blue"])])
        #expect(decide(set, "s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/blue/x", tagged).isAllowed)
    }

    @Test func `the old version takes variables literally`() throws {
        let text =
            #"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}"}}"#
        let set = PolicySet(resource: [try Self.named(text, as: .resource)])
        let context = ConditionContext([("aws:username", ["ana"])])
        #expect(!decide(set, "s3:ListBucket", "arn:aws:s3:::ana", context).isAllowed)
        #expect(decide(set, "s3:ListBucket", "arn:aws:s3:::${aws:username}", context).isAllowed)
    }

    @Test func `the context keys of a policy are its conditions' and its variables`() throws {
        let policy = try Policy(
            parsing: Self.policy(
                #"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}"#
            ))
        #expect(policy.contextKeys == ["aws:SourceIp", "aws:username"])
    }
}
