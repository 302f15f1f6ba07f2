import Foundation
import GradeModel
import Grading
import LabFormat
import Testing

/// Labs whose tasks run as processes.
@Suite(.enabled(if: Machine.hasClients && Machine.hasImages, "aws or the images are missing: run `make setup images`"))
struct ContainerGradingTests {
    private static let lab = """
        lab: v1
        id: container
        title: {en: A container}
        points: 20
        interfaces: {cli: {entry: solution.sh}}
        limits: {wall: 600s, cpu: 600s}
        network: emulator
        containers: run
        checks:
          - id: there
            points: 10
            http: {get: "http://${state.ec2_network_interface[?Association] | [0].Association.PublicIp}/made.txt"}
          - id: not-there
            points: 10
            http: {get: "http://${state.ec2_network_interface[?Association] | [0].Association.PublicIp}/none.txt", status: 404}
        """

    private static let script = """
        role=$(aws iam create-role --role-name ex --query Role.Arn --output text --assume-role-policy-document \
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}')
        aws ecs create-cluster --cluster-name c > /dev/null
        aws ecs register-task-definition --family web --network-mode awsvpc --requires-compatibilities FARGATE --cpu 256 \
            --memory 512 --execution-role-arn "$role" --container-definitions '[{"name":"web","image":"httpd",
            "portMappings":[{"containerPort":80}],"entryPoint":["sh","-c"],
            "command":["cd /usr/local/apache2/htdocs && echo hi > made.txt && httpd-foreground"]}]' > /dev/null
        subnet=$(aws ec2 describe-subnets --query 'Subnets[0].SubnetId' --output text)
        group=$(aws ec2 create-security-group --group-name web --description web --query GroupId --output text)
        aws ec2 authorize-security-group-ingress --group-id $group --protocol tcp --port 80 --cidr 0.0.0.0/0 > /dev/null
        task=$(aws ecs run-task --cluster c --launch-type FARGATE --task-definition web --query 'tasks[0].taskArn' --output text \
            --network-configuration "awsvpcConfiguration={subnets=[$subnet],securityGroups=[$group],assignPublicIp=ENABLED}")
        aws ecs wait tasks-running --cluster c --tasks $task
        address=$(aws ec2 describe-network-interfaces --query 'NetworkInterfaces[?Association] | [0].Association.PublicIp' --output text)
        python3 -c "import urllib.request; print('got', urllib.request.urlopen('http://$address/made.txt').read().decode())"
        aws ec2 revoke-security-group-ingress --group-id $group --protocol tcp --port 80 --cidr 0.0.0.0/0 > /dev/null
        python3 -c "import urllib.request, urllib.error
        try: urllib.request.urlopen('http://$address/made.txt')
        except urllib.error.HTTPError as error: print('then', error.code)"
        aws ec2 authorize-security-group-ingress --group-id $group --protocol tcp --port 80 --cidr 0.0.0.0/0 > /dev/null
        """

    @Test func `checks ask the process in the container`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("skylab-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.script.write(to: folder.appendingPathComponent("solution.sh"), atomically: true, encoding: .utf8)
        let lab = try LoadedLab.parse(Array(Self.lab.utf8)).lab
        var clients = Machine.clients
        clients.imageFolders = ["\(LabSelfTests.root)/.build/images"]
        let result = try await Machine.grade(
            LoadedLab(lab: lab, folder: "/nonexistent", digest: "0", warnings: []), folder.path, clients: clients)
        #expect(result.program?.ending == .exited(code: 0), "\(result.program?.standardError.head ?? "")")
        for check in result.checks { #expect(check.verdict == .passed, "\(check.id): \(check.message)") }
        #expect(result.checks.count == 2)
        // The program itself gets to the container, as far as the security group lets it.
        let said = result.program?.standardOutput.head ?? ""
        #expect(said.contains("got hi"))
        #expect(said.contains("then 504"))
    }
}
