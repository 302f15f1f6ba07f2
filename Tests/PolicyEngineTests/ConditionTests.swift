import PolicyEngine
import Testing

/// Examples of
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html> and
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>.
struct ConditionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var condition: String
        var context: [(String, [String])]
        var holds: Bool
        var testDescription: String { "\(condition) with \(context) is \(holds)" }

        init(_ condition: String, _ context: [(String, [String])], _ holds: Bool) {
            self.condition = condition
            self.context = context
            self.holds = holds
        }
    }

    static let cases: [Case] = [
        Case(
            #"{"StringEquals":{"aws:PrincipalTag/job-category":"iamuser-admin"}}"#,
            [("aws:PrincipalTag/job-category", ["iamuser-admin"])], true),
        Case(
            #"{"StringEquals":{"aws:PrincipalTag/job-category":"iamuser-admin"}}"#,
            [("aws:principaltag/JOB-category", ["iamuser-admin"])], true),
        Case(
            #"{"StringEquals":{"aws:PrincipalTag/job-category":"iamuser-admin"}}"#,
            [("aws:PrincipalTag/job-category", ["other"])], false),
        Case(#"{"StringEquals":{"aws:PrincipalTag/job-category":"iamuser-admin"}}"#, [], false),
        Case(#"{"StringNotEquals":{"k":["a","b"]}}"#, [("k", ["a"])], false),
        Case(#"{"StringNotEquals":{"k":["a","b"]}}"#, [("k", ["c"])], true),
        Case(#"{"StringNotEquals":{"k":"a"}}"#, [], true),
        Case(#"{"StringEqualsIgnoreCase":{"k":"MobilE"}}"#, [("k", ["mobile"])], true),
        Case(#"{"StringNotEqualsIgnoreCase":{"k":"MobilE"}}"#, [("k", ["mobile"])], false),
        Case(
            #"{"StringLike":{"s3:prefix":["","home/","home/${aws:username}/*"]}}"#,
            [("s3:prefix", ["home/ana/x"]), ("aws:username", ["ana"])], true),
        Case(
            #"{"StringLike":{"s3:prefix":["","home/","home/${aws:username}/*"]}}"#,
            [("s3:prefix", ["home/bob/x"]), ("aws:username", ["ana"])], false),
        Case(#"{"StringLike":{"k":"a${*}c"}}"#, [("k", ["abc"])], false),
        Case(#"{"StringLike":{"k":"a${*}c"}}"#, [("k", ["a*c"])], true),
        Case(#"{"StringNotLike":{"k":"a*"}}"#, [("k", ["abc"])], false),
        Case(
            #"{"NumericLessThanEquals":{"aws:MultiFactorAuthAge":"3600"}}"#, [("aws:MultiFactorAuthAge", ["3599.5"])],
            true),
        Case(
            #"{"NumericLessThanEquals":{"aws:MultiFactorAuthAge":3600}}"#, [("aws:MultiFactorAuthAge", ["3601"])], false
        ),
        Case(#"{"NumericGreaterThan":{"k":"10"}}"#, [("k", ["9"])], false),
        Case(#"{"NumericEquals":{"k":"010"}}"#, [("k", ["10"])], true),
        Case(#"{"NumericNotEquals":{"k":"10"}}"#, [("k", ["11"])], true),
        Case(#"{"NumericEquals":{"k":"ten"}}"#, [("k", ["10"])], false),
        Case(
            #"{"DateGreaterThan":{"aws:TokenIssueTime":"2020-01-01T00:00:01Z"}}"#,
            [("aws:TokenIssueTime", ["2020-01-01T00:00:02Z"])], true),
        Case(
            #"{"DateLessThan":{"aws:CurrentTime":"2020-06-30T00:00:00Z"}}"#,
            [("aws:CurrentTime", ["2021-01-01T00:00:00Z"])], false),
        Case(#"{"DateEquals":{"aws:EpochTime":"1577836800"}}"#, [("aws:EpochTime", ["2020-01-01T00:00:00Z"])], true),
        Case(#"{"Bool":{"aws:SecureTransport":"false"}}"#, [("aws:SecureTransport", ["false"])], true),
        Case(#"{"Bool":{"aws:SecureTransport":true}}"#, [("aws:SecureTransport", ["false"])], false),
        Case(#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#, [], false),
        Case(#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}"#, [], true),
        Case(#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, [("aws:SourceIp", ["203.0.113.77"])], true),
        Case(#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, [("aws:SourceIp", ["203.0.114.77"])], false),
        Case(
            #"{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:DB8:1234:5678::/64"]}}"#,
            [("aws:SourceIp", ["2001:db8:1234:5678::9"])], true),
        Case(
            #"{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","203.0.113.0/24"]}}"#, [("aws:SourceIp", ["192.0.2.1"])],
            false),
        Case(
            #"{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","203.0.113.0/24"]}}"#,
            [("aws:SourceIp", ["198.51.100.1"])], true),
        Case(
            #"{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:REGION:123456789012:TOPIC-ID"}}"#,
            [("aws:SourceArn", ["arn:aws:sns:REGION:123456789012:TOPIC-ID"])], true),
        Case(
            #"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:123456789012:t*"}}"#,
            [("aws:SourceArn", ["arn:aws:sns:us-east-1:123456789012:topic"])], true),
        Case(
            #"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*"}}"#,
            [("aws:SourceArn", ["arn:aws:sns:us-east-1:123456789012:topic"])], false),
        Case(
            #"{"ArnNotLike":{"aws:SourceArn":"arn:aws:sns:*:*:t*"}}"#,
            [("aws:SourceArn", ["arn:aws:sns:us-east-1:1:topic"])], false),
        Case(
            #"{"BinaryEquals":{"k":"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}"#, [("k", ["QmluYXJ5VmFsdWVJbkJhc2U2NA=="])], true),
        Case(#"{"Null":{"aws:TokenIssueTime":"true"}}"#, [], true),
        Case(#"{"Null":{"aws:TokenIssueTime":"true"}}"#, [("aws:TokenIssueTime", ["2020-01-01T00:00:02Z"])], false),
        Case(#"{"Null":{"aws:TokenIssueTime":"false"}}"#, [("aws:TokenIssueTime", ["2020-01-01T00:00:02Z"])], true),
        Case(#"{"StringLikeIfExists":{"ec2:InstanceType":["t1.*","t2.*"]}}"#, [], true),
        Case(
            #"{"StringLikeIfExists":{"ec2:InstanceType":["t1.*","t2.*"]}}"#, [("ec2:InstanceType", ["m5.large"])], false
        ),
        Case(
            #"{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}"#,
            [("aws:TagKeys", ["environment"])], true),
        Case(
            #"{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}"#,
            [("aws:TagKeys", ["environment", "dept"])], false),
        Case(#"{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}"#, [], true),
        Case(
            #"{"ForAnyValue:StringEquals":{"aws:TagKeys":["webserver"]}}"#, [("aws:TagKeys", ["webserver", "dept"])],
            true),
        Case(#"{"ForAnyValue:StringEquals":{"aws:TagKeys":["webserver"]}}"#, [("aws:TagKeys", ["dept"])], false),
        Case(#"{"ForAnyValue:StringEquals":{"aws:TagKeys":["webserver"]}}"#, [], false),
        Case(#"{"StringEquals":{"a":"1"},"NumericLessThan":{"b":"5"}}"#, [("a", ["1"]), ("b", ["7"])], false),
        Case(#"{"stringequals":{"a":"1"}}"#, [("a", ["1"])], true),
    ]

    @Test(arguments: cases)
    func `a condition holds as AWS documents it`(_ example: Case) throws {
        let policy = try Policy(
            parsing: EvaluationTests.policy(
                #"{"Effect":"Allow","Action":"*","Resource":"*","Condition":\#(example.condition)}"#))
        let set = PolicySet(identity: [NamedPolicy(name: "p", source: .user, policy: policy)])
        let context = ConditionContext(example.context.map { (key: $0.0, values: $0.1) })
        let request = AccessRequest(
            principal: EvaluationTests.ana, action: "s3:GetObject", resource: "*", context: context)
        #expect(set.decide(request).isAllowed == example.holds)
    }
}
