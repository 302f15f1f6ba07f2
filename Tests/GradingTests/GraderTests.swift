import Foundation
import GradeModel
import Grading
import LabFormat
import Testing

/// What a grading gives for submissions that no author wrote.
@Suite(.enabled(if: Machine.hasClients, "aws or boto3 is missing: run `make setup`"))
struct GraderTests {
    /// A lab with one check, in which a submission is a shell script. Its times are ample: the machine may be busy.
    static let lab = lab(seconds: 600)

    private static func lab(
        seconds: Int = 600, account: String = "{}", collect: String = "[]", calls: Int = 5
    ) -> LoadedLab {
        let text = """
            lab: v1
            id: tiny
            title: {en: Tiny}
            points: 10
            interfaces: {cli: {entry: solution.sh}, boto3: {entry: solution.py}, terraform: {entry: main.tf}}
            limits: {wall: \(seconds)s, cpu: \(seconds)s, memory: 128MiB, pids: 32, output: 64KiB, disk: 8MiB, api_calls: \(calls), api_data: 1MiB}
            network: emulator
            account: \(account)
            collect: \(collect)
            checks:
              - id: vpcs
                points: 10
                state: {select: "ec2:vpc", count: 1}
            """
        guard let lab = try? LoadedLab.parse(Array(text.utf8)).lab else { preconditionFailure("the lab of this test") }
        return LoadedLab(lab: lab, folder: "/nonexistent", digest: "0", warnings: [])
    }

    private func grade(
        _ files: [String: String], in lab: LoadedLab = lab, clients: Clients = Machine.clients
    ) async throws -> GradeResult {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("skylab-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        return try await Machine.grade(lab, folder.path, clients: clients)
    }

    @Test func `sleeps cost nothing, and the region's clock moves by them`() async throws {
        let result = try await grade(["solution.sh": "sleep 600; aws ec2 describe-vpcs --query 'length(Vpcs)'"])
        let usage = try #require(result.program?.usage)
        #expect(result.program?.standardOutput.head == "1\n", "\(result.program?.standardError.head ?? "")")
        #expect((600..<602).contains(usage.virtualSeconds))
        #expect(usage.wallSeconds < 600)
    }

    @Test func `files that a lab collects are taken when all is over, and what is none is named`() async throws {
        let lab = Self.lab(collect: "[report.txt, out/data.bin, passwords, missing]")
        let script = """
            mkdir out; printf 'a\\0b' > out/data.bin; ln -s /etc/passwd passwords; echo 'two <b>webs</b>' > report.txt
            (while :; do ln -sf /etc/passwd report.txt; sleep 1; done) & exit 0
            """
        let files = try #require(try await grade(["solution.sh": script], in: lab).program?.files)
        #expect(files.map(\.path) == ["report.txt", "out/data.bin", "passwords", "missing"])
        // Either it was in time or not: nothing behind a link is ever shown.
        #expect(files[0].text == "two <b>webs</b>\n" || files[0].problem?.contains("symbolic link") == true)
        #expect(files[1].bytes == 3 && files[1].text == nil && files[1].digest?.count == 64)
        #expect(files[2].problem?.contains("symbolic link") == true && files[2].text == nil)
        #expect(files[3].problem == "there is no such file")
    }

    @Test func `a waiter polls a region that is honestly pending, and waits for nothing`() async throws {
        let script = """
            import boto3
            ec2 = boto3.client("ec2")
            id = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
            print(ec2.describe_volumes(VolumeIds=[id])["Volumes"][0]["State"])
            ec2.get_waiter("volume_available").wait(VolumeIds=[id])
            print(ec2.describe_volumes(VolumeIds=[id])["Volumes"][0]["State"])
            """
        let result = try await grade(["solution.py": script])
        #expect(
            result.program?.standardOutput.head == "creating\navailable\n",
            "\(result.program?.standardError.head ?? "")")
    }

    @Test func `an account's quotas and shortages are those of the lab`() async throws {
        let account = "{quotas: {standard: 4}, shortages: [{types: 't3.*', zone: us-east-1a}]}"
        let script = """
            import os
            os.environ["AWS_MAX_ATTEMPTS"] = "1"
            import boto3
            ec2 = boto3.client("ec2")
            image = ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-ami-2023*-x86_64"]}])["Images"][0]["ImageId"]
            for type, zone in [("t3.micro", "us-east-1b"), ("t3.micro", "us-east-1a"), ("m5.xlarge", "us-east-1b")]:
                try:
                    ec2.run_instances(
                        ImageId=image, InstanceType=type, MinCount=1, MaxCount=1, Placement={"AvailabilityZone": zone})
                    print("launched")
                except ec2.exceptions.ClientError as error:
                    print(error.response["Error"]["Code"])
            """
        let result = try await grade(["solution.py": script], in: Self.lab(account: account))
        let output = result.program.map { $0.standardOutput.head + $0.standardError.head }
        #expect(output == "launched\nInsufficientInstanceCapacity\nVcpuLimitExceeded\n")
    }

    @Test func `where IAM is enforced the student may do what the lab's policies allow`() async throws {
        let account =
            "{enforce_iam: true, student_policies: [AmazonEC2ReadOnlyAccess, {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'ec2:CreateKeyPair', Resource: '*'}]}]}"
        let script = """
            aws sts get-caller-identity --query Arn --output text
            aws ec2 describe-vpcs --query 'length(Vpcs)'
            aws ec2 create-key-pair --key-name a --query KeyName --output text
            aws ec2 create-vpc --cidr-block 10.0.0.0/16 2>&1 | grep -o UnauthorizedOperation
            AWS_ACCESS_KEY_ID=AKIAOTHER aws ec2 describe-vpcs 2>&1 | grep -o AuthFailure
            """
        let result = try await grade(["solution.sh": script], in: Self.lab(account: account))
        #expect(
            result.program?.standardOutput.head
                == "arn:aws:iam::123456789012:user/student\n1\na\nUnauthorizedOperation\nAuthFailure\n",
            "\(result.program?.standardError.head ?? "")")
    }

    @Test func `a lab that names a policy that there is not says so and fails nobody`() async throws {
        let account = "{enforce_iam: true, student_policies: [NoSuchPolicy]}"
        let result = try await grade(["solution.sh": "exit 0"], in: Self.lab(account: account))
        #expect(result.problem?.contains("'NoSuchPolicy'") == true)
        #expect(result.checks.map(\.verdict) == [.error])
    }

    @Test func `where Terraform has no provider, that is what is said`() async throws {
        let clients = Clients(searchPath: Machine.searchPath)
        let result = try await grade(["main.tf": ""], clients: clients)
        #expect(result.problem?.contains("SKYLAB_TERRAFORM_MIRROR") == true, "\(result.problem ?? "")")
        #expect(result.checks.map(\.verdict) == [.error])
    }

    @Test func `what a program prints and exits with is no verdict`() async throws {
        let result = try await grade(["solution.sh": "echo '{\"score\": 10}'; echo PASS >&2; exit 0"])
        #expect(result.program?.ending == .exited(code: 0))
        #expect(result.program?.standardOutput.head == "{\"score\": 10}\n")
        #expect(result.checks.map(\.verdict) == [.passed])
        let failing = try await grade(["solution.sh": "exit 3"])
        #expect(failing.program?.ending == .exited(code: 3))
        #expect(failing.checks.map(\.verdict) == [.passed])
    }

    @Test func `the submission is read-only, the scratch copy is not`() async throws {
        let script = """
            cp solution.sh copy.sh && echo scratch
            cat /submission/data.txt
            touch /submission/x 2>/dev/null || echo refused
            """
        let result = try await grade(["solution.sh": script, "data.txt": "data\n"])
        #expect(result.program?.standardOutput.head == "scratch\ndata\nrefused\n")
    }

    @Test func `too many API calls end the program and say so`() async throws {
        let result = try await grade([
            "solution.py": "import boto3\nclient = boto3.client('ec2')\nwhile True: client.describe_vpcs()\n"
        ])
        #expect(result.program?.ending == .limit(.apiCalls))
        #expect((result.program?.usage.apiCalls ?? 0) <= 6)
    }

    @Test func `too much data in API calls ends the program and says so`() async throws {
        let result = try await grade([
            "solution.py": """
            import boto3
            client = boto3.client("s3")
            client.create_bucket(Bucket="heap")
            for number in range(4):
                client.put_object(Bucket="heap", Key=f"{number}", Body=b"x" * 400_000)
            """
        ])
        #expect(result.program?.ending == .limit(.apiData))
        #expect(result.program?.usage.apiBytes.map { (1 << 20...2 << 20).contains($0) } == true)
    }

    @Test func `a program that never ends is stopped at its wall time`() async throws {
        let result = try await grade(
            ["solution.sh": "while :; do read -t 100 x < <(:) || :; done"], in: Self.lab(seconds: 2))
        let ending = try #require(result.program?.ending)
        #expect([.limit(.wallTime), .limit(.cpuTime)].contains(ending))
    }

    @Test func `grading twice gives the same state digest and the same report`() async throws {
        let script = "aws ec2 create-security-group --group-name a --description b --query GroupId --output text"
        var first = try await grade(["solution.sh": script])
        var second = try await grade(["solution.sh": script])
        #expect(first.stateDigest == second.stateDigest)
        #expect(!first.stateDigest.isEmpty)
        for index in first.checks.indices { first.checks[index].seconds = 0 }
        for index in second.checks.indices { second.checks[index].seconds = 0 }
        #expect(first.checks == second.checks)
        #expect(first.program?.standardOutput == second.program?.standardOutput)
    }

    @Test func `a link out of the submission is refused by name`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("skylab-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createSymbolicLink(
            atPath: folder.appendingPathComponent("solution.sh").path, withDestinationPath: "/etc/passwd")
        let result = try await Machine.grade(Self.lab, folder.path)
        #expect(result.problem == "solution.sh: is a symbolic link; submissions may hold only files and folders")
        #expect(result.score == .zero)
        #expect(result.problemCause == .submission)
    }

    @Test func `the program sees an endpoint and nothing else of the network`() async throws {
        let script = """
            import socket, urllib.request
            for target in [("127.0.0.1", 22), ("1.1.1.1", 53), ("127.0.0.1", 4999)]:
                try: socket.create_connection(target, timeout=1); print("reached", target)
                except OSError as error: print("refused")
            try: urllib.request.urlopen("http://127.0.0.1:4566/_skylab/health")
            except Exception as error: print(getattr(error, "code", error))
            """
        let result = try await grade(["solution.py": script])
        #expect(result.program?.standardOutput.head == "refused\nrefused\nrefused\n403\n")
    }

    @Test func `what the program has set going is waited for as long as for the program`() async throws {
        let script = """
            import io, json, time, zipfile, boto3
            archive = io.BytesIO()
            with zipfile.ZipFile(archive, "w") as file:
                file.writestr("h.py", "import time\\ndef h(event, context): time.sleep(500)")
            trust = {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
            role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
            functions = boto3.client("lambda")
            functions.create_function(FunctionName="f", Runtime="python3.12", Role=role, Handler="h.h", Timeout=600,
                Code={"ZipFile": archive.getvalue()})
            time.sleep(30)
            functions.invoke(FunctionName="f", InvocationType="Event")
            """
        let result = try await grade(["solution.py": script], in: Self.lab(seconds: 20))
        #expect(result.problem?.contains("was not over 20 s after it") == true, "\(result)")
        #expect(result.problemCause == .submission && result.score == .zero)
    }

    @Test func `schedules that a sleep runs through come to an end`() async throws {
        let script = """
            import time, boto3
            boto3.client("sqs").create_queue(QueueName="q")
            events = boto3.client("events")
            queue = "arn:aws:sqs:us-east-1:123456789012:q"
            for rule in range(8):
                events.put_rule(Name=f"r{rule}", ScheduleExpression="rate(1 minute)")
                targets = [{"Id": str(number), "Arn": queue, "Input": '"' + "x" * 4000 + '"'} for number in range(5)]
                events.put_targets(Rule=f"r{rule}", Targets=targets)
            policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}]}'
            sqs = boto3.client("sqs")
            url = sqs.get_queue_url(QueueName="q")["QueueUrl"]
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
            time.sleep(6 * 86400)
            print(events.list_rules()["Rules"][0]["Name"])
            """
        let result = try await grade(["solution.py": script], in: Self.lab(seconds: 60, calls: 50))
        #expect(result.program?.ending == .exited(code: 0), "\(result)")
        #expect(result.problem?.contains("or 1 MiB of messages") == true, "\(result)")
        #expect(result.problemCause == .submission && result.score == .zero)
    }

    @Test func `a function has nothing to tell a student of the events of hidden checks`() async throws {
        let text = """
            lab: v1
            id: secret
            title: {en: Secret}
            points: 2
            interfaces:
              zip: {entry: handler.py, deploy: {function: f, runtime: python3.12, handler: handler.handle}}
            network: emulator
            checks:
              - id: hidden
                points: 1
                visibility: hidden
                invoke: {function: f, cases: [{event: {secret: CASE-42}, expect: {seen: {eq: none}}}]}
              - id: shown
                points: 1
                invoke: {function: f, cases: [{event: {number: 1}, expect: {seen: {eq: none}}}]}
            """
        let handler = """
            seen = []
            def handle(event, context):
                seen.append(event)
                open("/tmp/seen", "a").write(str(event))
                return {"seen": str(seen) + open("/tmp/seen").read()}
            """
        let lab = LoadedLab(
            lab: try LoadedLab.parse(Array(text.utf8)).lab, folder: "/nonexistent", digest: "0", warnings: [])
        let result = try await grade(["handler.py": handler], in: lab)
        let told = result.checks.map { "\($0.actual ?? "") \($0.message) \($0.evidence)" }
        try #require(told.count == 2)
        #expect(told[0].contains("CASE-42") && !told[0].contains("number"))
        #expect(told[1].contains("number") && !told[1].contains("CASE-42"))
    }

    @Test(arguments: [("true\r\n", "save it with Unix line ends"), ("\u{FEFF}true\n", "save it as UTF-8 without BOM")])
    func `what an editor of Windows has put into a script is said before it is run`(script: String, advice: String)
        async throws
    {
        let result = try await grade(["solution.sh": script])
        #expect(result.problem?.contains(advice) == true, "\(result.problem ?? "")")
        #expect(result.program == nil && result.problemCause == .submission)
    }

    @Test(arguments: [
        ("Solution.sh", "is 'Solution.sh' meant? Its name has to be solution.sh"),
        ("solution.py.txt", "is 'solution.py.txt' meant? Its name has to be solution.py"),
        ("work/solution.sh", "move 'work/solution.sh' to the top of it"),
        ("answer.sh", "put your program into a file of that name"),
        ("work.zip", "unpack 'work.zip', or hand it in without other files beside it"),
    ])
    func `a program under another name is named, with what to do`(path: String, advice: String) async throws {
        let result = try await grade([path: "true\n", "notes.txt": "true\n"])
        #expect(result.problem?.hasSuffix("; \(advice)") == true, "\(result.problem ?? "")")
    }
}
