import PolicyEngine
import Testing

struct PolicyParserTests {
    private func message(_ text: String, as kind: PolicyKind = .identity) -> String? {
        do throws(PolicyError) {
            _ = try Policy(parsing: text, as: kind)
            return nil
        } catch {
            return error.message
        }
    }

    private func statement(_ text: String) -> String { EvaluationTests.policy(text) }

    @Test func `a lone statement needs no list`() throws {
        let policy = try Policy(
            parsing:
                #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"}}"#
        )
        #expect(policy.statements.count == 1)
        #expect(policy.statements[0].actions.texts == ["s3:ListBucket"])
    }

    @Test(arguments: [
        "", "{", "[]", "null", #"{"Version":"2012-10-17"}"#, #"{"Version":"2012-10-17","Statement":[]}"#,
        #"{"Version":"2013-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
        #"{"Version":"2012-10-17","Statement":{"Effect":"allow","Action":"*","Resource":"*"}}"#,
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","NotAction":"x:y","Resource":"*"}}"#,
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringIs":{"a":"b"}}}}"#,
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Extra":1}}"#,
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":5,"Resource":"*"}}"#,
    ])
    func `what is no policy has syntax errors`(_ text: String) {
        #expect(message(text) == "Syntax errors in policy.")
    }

    @Test func `a policy says in AWS's words what it lacks`() {
        #expect(
            message(statement(#"{"Effect":"Allow","Action":"s3:*"}"#)) == "Policy statement must contain resources.")
        #expect(message(statement(#"{"Effect":"Allow","Resource":"*"}"#)) == "Policy statement must contain actions.")
        #expect(
            message(statement(#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}"#))
                == "Policy document should not specify a principal.")
        #expect(
            message(#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#)
                == "Policy document must be version 2012-10-17 or greater.")
        #expect(
            message(
                statement(
                    #"{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*"}"#
                ))
                == "Statement IDs (SID) in a single policy must be unique.")
        #expect(
            message(statement(#"{"Effect":"Allow","Action":"invalid","Resource":"*"}"#))
                == "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
        #expect(
            message(statement(#"{"Effect":"Allow","Action":"a:b:c","Resource":"*"}"#))
                == "Actions/Condition can contain only one colon.")
        #expect(
            message(statement(#"{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}"#))
                == #"Resource bucket must be in ARN format or "*"."#)
        #expect(
            message(statement(#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:nowhere:s3:::b"}"#))
                == #"Partition "nowhere" is not valid for resource "arn:nowhere:s3:::b"."#)
        #expect(
            message(statement(#"{"Sid":"with space","Effect":"Allow","Action":"s3:*","Resource":"*"}"#))
                == "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
        )
    }

    @Test func `a trust policy has a principal and no resource`() {
        let fine = #"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"#
        #expect(message(statement(fine), as: .trust) == nil)
        #expect(message(#"{"Statement":[\#(fine)]}"#, as: .trust) == nil)
        #expect(message("{", as: .trust) == "This policy contains invalid Json")
        #expect(
            message(
                statement(#"{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}"#), as: .trust)
                == "Has prohibited field Resource")
        #expect(
            message(statement(#"{"Effect":"Allow","Action":"sts:AssumeRole"}"#), as: .trust)
                == "Missing required field Principal")
        #expect(
            message(statement(#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}"#), as: .trust)
                == "AssumeRole policy may only specify STS AssumeRole actions.")
    }

    @Test func `no text makes the parser fail in another way`() {
        let text = Array(
            statement(
                #"{"Sid":"A","Effect":"Deny","NotAction":["s3:*"],"NotResource":["*"],"Condition":{"ForAllValues:StringLikeIfExists":{"k":["${a, 'b'}",1,true]}}}"#
            ).utf8)
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var parsed = 0
        for _ in 0..<2000 {
            var bytes = text
            for _ in 0..<(1 + random(4)) {
                switch random(3) {
                case 0: bytes[random(bytes.count)] = UInt8(random(256))
                case 1: bytes.remove(at: random(bytes.count))
                default: bytes.removeLast(random(bytes.count / 2))
                }
            }
            if message(String(decoding: bytes, as: UTF8.self)) == nil { parsed += 1 }
        }
        #expect(parsed < 2000)
    }
}
