import json
import os
import time
import unittest
import urllib.error
import urllib.request

from support import TestCase, client

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILT = os.path.exists(f"{ROOT}/.build/images/index.json")


def ask(url):
    """What a client gets that has the emulator as its proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": os.environ["AWS_ENDPOINT_URL"]}))
    try:
        with opener.open(url, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@unittest.skipUnless(BUILT, "the images are not built: `make images`")
class Containers(TestCase):
    """Containers run: their output, exit codes, health, order, networks and ends are those of processes."""

    @classmethod
    def setUpClass(cls):
        cls.ecs = client("ecs")
        cls.ec2 = client("ec2")
        cls.logs = client("logs")
        cls.subnets = [one["SubnetId"] for one in cls.ec2.describe_subnets()["Subnets"]][:2]
        cls.ecs.create_cluster(clusterName="run")
        cls.logs.create_log_group(logGroupName="/ecs/run")
        role = client("iam").create_role(
            RoleName="worker", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
        cls.role = role["Role"]["Arn"]

    def define(self, family, *containers, **more):
        for container in containers:
            container.setdefault("logConfiguration", {"logDriver": "awslogs", "options": {
                "awslogs-group": "/ecs/run", "awslogs-region": "us-east-1", "awslogs-stream-prefix": family}})
        self.ecs.register_task_definition(
            family=family, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            executionRoleArn=self.role, taskRoleArn=self.role, containerDefinitions=list(containers), **more)
        return family

    def network(self):
        return {"awsvpcConfiguration": {"subnets": self.subnets, "assignPublicIp": "ENABLED"}}

    def start(self, family, **more):
        return self.ecs.run_task(
            cluster="run", taskDefinition=family, launchType="FARGATE", networkConfiguration=self.network(), **more
        )["tasks"][0]["taskArn"]

    def look(self, task, until):
        """Looks at a task until it is as wanted; the processes run in real time."""
        deadline = time.monotonic() + 60
        while True:
            found = self.ecs.describe_tasks(cluster="run", tasks=[task])["tasks"][0]
            if until(found) or time.monotonic() > deadline:
                return found, {one["name"]: one for one in found["containers"]}
            time.sleep(0.1)

    def end(self, task):
        return self.look(task, lambda found: found["lastStatus"] == "STOPPED")

    def output(self, family, container, task):
        name = f"{family}/{container}/{task.split('/')[-1]}"
        events = self.logs.get_log_events(logGroupName="/ecs/run", logStreamName=name, startFromHead=True)["events"]
        return [event["message"] for event in events]

    def test_program(self):
        """A task is as its definition and overrides say, ends with its program, and its output is in the log."""
        client("ssm").put_parameter(Name="/run/secret", Value="s3cr3t", Type="SecureString")
        family = self.define("program", {
            "name": "main", "image": "public.ecr.aws/docker/library/busybox:1.36", "user": "nobody", "workingDirectory": "/srv/x",
            "entryPoint": ["sh", "-c"], "command": ["echo no"],
            "environment": [{"name": "A", "value": "one"}, {"name": "B", "value": "two"}],
            "secrets": [{"name": "SECRET", "valueFrom": "/run/secret"}]})
        script = """id -un; pwd; echo $A $B $SECRET; echo oops >&2
            wget -q -O - $ECS_CONTAINER_METADATA_URI_V4/task | grep -o '"Family":"[a-z]*"'
            wget -q -O - http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI | grep -o '"RoleArn":"[^"]*"'
            touch /etc/x && echo wrote; exit 3"""
        task = self.start(family, overrides={"containerOverrides": [
            {"name": "main", "command": [script], "environment": [{"name": "B", "value": "three"}]}]})
        found, containers = self.end(task)
        self.assertEqual(found["stopCode"], "EssentialContainerExited")
        self.assertEqual(found["stoppedReason"], "Essential container in task exited")
        self.assertEqual(containers["main"]["exitCode"], 3)
        lines = self.output(family, "main", task)
        # Two pipes: which is read first is nobody's to say.
        lines.remove("oops")
        self.assertEqual(lines[:3], ["nobody", "/srv/x", "one three s3cr3t"])
        self.assertIn('"Family":"program"', lines)
        self.assertIn(f'"RoleArn":"{self.role}"', lines)
        self.assertEqual(lines[-1], "wrote")

    def test_what_cannot_run(self):
        """Images and programs that are not there fail as on AWS."""
        for image, word in (
            ("nginx:no-such", "docker.io/library/nginx:no-such: not found"),
            ("nobody/nothing", "pull access denied, repository does not exist"),
        ):
            found, containers = self.end(self.start(self.define("missing", {"name": "main", "image": image})))
            self.assertEqual(found["stopCode"], "TaskFailedToStart")
            self.assertTrue(found["stoppedReason"].startswith("CannotPullContainerError: "), found["stoppedReason"])
            self.assertIn(word, containers["main"]["reason"])
            self.assertNotIn("exitCode", containers["main"])
        family = self.define("noprogram", {"name": "main", "image": "busybox", "command": ["no-such-program"]})
        found, _ = self.end(self.start(family))
        self.assertTrue(found["stoppedReason"].startswith("CannotStartContainerError: "), found["stoppedReason"])
        self.assertIn('exec: "no-such-program": executable file not found in $PATH', found["stoppedReason"])

    def test_order(self):
        """Containers start in order, share a volume and localhost, and one that has to succeed first does."""
        family = self.define(
            "order",
            {"name": "init", "image": "busybox", "essential": False, "command": ["sh", "-c", "echo page > /data/index.html"],
             "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]},
            {"name": "web", "image": "nginx:1.27", "portMappings": [{"containerPort": 80}], "essential": False,
             "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}],
             "healthCheck": {"command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]},
             "mountPoints": [{"sourceVolume": "data", "containerPath": "/usr/share/nginx/html", "readOnly": True}]},
            {"name": "client", "image": "python:3.12",
             "command": ["python3", "-c", "import urllib.request as r; print(r.urlopen('http://localhost').read().decode())"],
             "dependsOn": [{"containerName": "web", "condition": "HEALTHY"}]},
            volumes=[{"name": "data"}])
        task = self.start(family)
        found, containers = self.end(task)
        self.assertEqual(self.output(family, "client", task)[:1], ["page"])
        self.assertEqual([containers[name].get("exitCode") for name in ("init", "client")], [0, 0])
        self.assertEqual(containers["web"]["healthStatus"], "HEALTHY")
        self.assertEqual(containers["web"]["exitCode"], 137)

    def test_stopping(self):
        """A program that catches SIGTERM ends by itself, one that does not is killed, and a sick one is unhealthy."""
        family = self.define(
            "polite",
            {"name": "polite", "image": "busybox", "command": ["sh", "-c", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done"]},
            {"name": "rude", "image": "busybox", "command": ["sleep", "1000"]},
            {"name": "deaf", "image": "busybox", "stopTimeout": 2,
             "command": ["sh", "-c", "trap 'echo no' TERM; while :; do sleep 0.1; done"]},
            {"name": "sick", "image": "busybox", "command": ["sleep", "1000"],
             "healthCheck": {"command": ["CMD", "false"], "retries": 1, "interval": 5}})
        task = self.start(family)
        found, containers = self.look(
            task, lambda found: any(one["healthStatus"] == "UNHEALTHY" for one in found["containers"]))
        self.assertEqual(found["lastStatus"], "RUNNING")
        self.assertEqual(found["healthStatus"], "UNHEALTHY")
        self.ecs.stop_task(cluster="run", task=task, reason="enough")
        found, containers = self.end(task)
        self.assertEqual((found["stopCode"], found["stoppedReason"]), ("UserInitiated", "enough"))
        codes = {name: one["exitCode"] for name, one in containers.items()}
        self.assertEqual(codes, {"polite": 0, "rude": 137, "deaf": 137, "sick": 137})
        self.assertEqual(self.output(family, "polite", task), ["up", "bye"])

    def test_limits(self):
        """A fork bomb, too much memory and a full disk end in the container that did it."""
        for name, script, code in (
            ("bomb", "b() { b | b & }; b; sleep 30", 137),
            ("disk", "dd if=/dev/zero of=/big bs=1M count=1000", 1),
        ):
            found, containers = self.end(self.start(self.define(name, {
                "name": "main", "image": "busybox", "command": ["sh", "-c", script]})))
            self.assertEqual(containers["main"].get("exitCode"), code, found)
        found, containers = self.end(self.start(self.define("memory", {
            "name": "main", "image": "python", "memory": 64, "command": ["python3", "-c", "x = b'x' * (300 << 20); print(len(x))"]})))
        self.assertEqual(containers["main"].get("exitCode"), 137, found)
        self.assertEqual(containers["main"]["reason"], "OutOfMemoryError: Container killed due to memory usage")

    def test_tasks_reach_one_another(self):
        """A task gets to another by its names and its private address, where the security groups let it."""
        discovery = client("servicediscovery")
        vpc = self.ec2.describe_subnets(SubnetIds=self.subnets)["Subnets"][0]["VpcId"]
        operation = discovery.create_private_dns_namespace(Name="run.local", Vpc=vpc)["OperationId"]
        namespace = discovery.get_operation(OperationId=operation)["Operation"]["Targets"]["NAMESPACE"]
        registry = discovery.create_service(
            Name="api", DnsConfig={"NamespaceId": namespace, "DnsRecords": [{"Type": "A", "TTL": 10}]})["Service"]
        front, back = (
            self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("front", "back"))
        self.ec2.authorize_security_group_ingress(GroupId=back, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": front}]}])

        def network(group):
            return {"awsvpcConfiguration": {"subnets": self.subnets, "securityGroups": [group], "assignPublicIp": "ENABLED"}}

        api = self.define("api", {
            "name": "web", "image": "httpd:2.4", "portMappings": [{"containerPort": 80, "name": "http"}],
            "entryPoint": ["sh", "-c"],
            "command": ["echo api > /usr/local/apache2/htdocs/index.html && httpd-foreground"],
            "healthCheck": {"command": ["CMD-SHELL", "wget -q -O /dev/null http://localhost/"]}})
        connect = {"enabled": True, "namespace": "run.local"}
        self.ecs.create_service(
            cluster="run", serviceName="api", taskDefinition=api, desiredCount=1, launchType="FARGATE",
            networkConfiguration=network(back), serviceRegistries=[{"registryArn": registry["Arn"]}],
            serviceConnectConfiguration=connect | {"services": [
                {"portName": "http", "discoveryName": "backend", "clientAliases": [{"port": 8080, "dnsName": "api"}]}]})
        self.ecs.get_waiter("services_stable").wait(cluster="run", services=["api"], WaiterConfig={"Delay": 1})
        [found] = discovery.discover_instances(NamespaceName="run.local", ServiceName="api")["Instances"]
        address = found["Attributes"]["AWS_INSTANCE_IPV4"]
        script = f"""for url in api.run.local {address} api:8080 {address}:81 none.run.local localhost
            do wget -q -O - http://$url/ 2>/dev/null || echo no $url; done; echo end; sleep 600"""
        caller = self.define("caller", {"name": "main", "image": "busybox", "command": ["sh", "-c", script]})
        self.ecs.create_service(
            cluster="run", serviceName="caller", taskDefinition=caller, desiredCount=1, launchType="FARGATE",
            networkConfiguration=network(front), serviceConnectConfiguration=connect)
        stranger = self.start(caller, overrides={"containerOverrides": [
            {"name": "main", "command": ["sh", "-c", f"wget -O - http://{address}/ 2>&1 | grep -o 504; echo end"]}]})
        self.ecs.get_waiter("services_stable").wait(cluster="run", services=["caller"], WaiterConfig={"Delay": 1})
        [task] = self.ecs.list_tasks(cluster="run", serviceName="caller")["taskArns"]
        deadline = time.monotonic() + 30
        while "end" not in self.output("caller", "main", task) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(
            self.output("caller", "main", task),
            ["api", "api", "api", f"no {address}:81", "no none.run.local", "no localhost", "end"])
        self.end(stranger)
        self.assertEqual(self.output("caller", "main", stranger), ["504", "end"])
        [task] = self.ecs.describe_tasks(
            cluster="run", tasks=self.ecs.list_tasks(cluster="run", serviceName="api")["taskArns"])["tasks"]
        self.assertEqual(task["containers"][0]["healthStatus"], "HEALTHY")
        for name in ("api", "caller"):
            self.ecs.delete_service(cluster="run", service=name, force=True)

    def test_service(self):
        """A service's tasks are healthy behind a load balancer when their server answers, and a crashed one is replaced."""
        elb = client("elbv2")
        vpc = self.ec2.describe_subnets(SubnetIds=self.subnets)["Subnets"][0]["VpcId"]
        group = self.ec2.create_security_group(GroupName="run", Description="run", VpcId=vpc)["GroupId"]
        self.ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0")
        balancer = elb.create_load_balancer(Name="run", Subnets=self.subnets, SecurityGroups=[group])["LoadBalancers"][0]

        def target_group(name, path):
            made = elb.create_target_group(
                Name=name, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip", HealthCheckPath=path)
            return made["TargetGroups"][0]["TargetGroupArn"]

        good, bad = target_group("good", "/"), target_group("bad", "/no-such-page")
        listener = elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[
            {"Type": "forward", "TargetGroupArn": good}])["Listeners"][0]["ListenerArn"]
        elb.create_rule(ListenerArn=listener, Priority=1, Actions=[{"Type": "forward", "TargetGroupArn": bad}],
                        Conditions=[{"Field": "path-pattern", "Values": ["/bad"]}])
        network = {"awsvpcConfiguration": {"subnets": self.subnets, "securityGroups": [group], "assignPublicIp": "ENABLED"}}
        family = self.define("web", {
            "name": "web", "image": "httpd:2.4", "portMappings": [{"containerPort": 80}], "entryPoint": ["sh", "-c"],
            "command": ["echo '<h1>Amazon ECS Sample App</h1>' > /usr/local/apache2/htdocs/index.html && httpd-foreground"]})
        self.ecs.create_service(
            cluster="run", serviceName="web", taskDefinition=family, desiredCount=2, launchType="FARGATE",
            networkConfiguration=network,
            loadBalancers=[{"targetGroupArn": good, "containerName": "web", "containerPort": 80}])
        self.ecs.get_waiter("services_stable").wait(cluster="run", services=["web"], WaiterConfig={"Delay": 1})
        states = [one["TargetHealth"]["State"] for one in elb.describe_target_health(TargetGroupArn=good)["TargetHealthDescriptions"]]
        self.assertEqual(states, ["healthy", "healthy"])
        first = set(self.ecs.list_tasks(cluster="run", serviceName="web")["taskArns"])
        self.assertEqual(len(first), 2)
        # Clients get to the servers by the balancer's name, by a task's own address where its security group lets them,
        # and straight.
        self.assertEqual(ask(f"http://{balancer['DNSName']}/"), (200, "<h1>Amazon ECS Sample App</h1>\n"))
        self.assertEqual(ask(f"http://{balancer['DNSName']}/none")[0], 404)
        task = self.ecs.describe_tasks(cluster="run", tasks=[min(first)])["tasks"][0]
        details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
        found = self.ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])
        address = found["NetworkInterfaces"][0]["Association"]["PublicIp"]
        self.assertEqual(ask(f"http://{address}/")[1], "<h1>Amazon ECS Sample App</h1>\n")
        self.assertEqual(ask(f"http://{address}:8080/")[0], 504)
        name = task["taskArn"].split("/")[-1]
        self.assertEqual(ask(f"{os.environ['AWS_ENDPOINT_URL']}/_skylab/tasks/{name}:80/")[0], 200)
        self.assertEqual(ask(f"{os.environ['AWS_ENDPOINT_URL']}/_skylab/tasks/{name}:81/")[0], 502)
        self.ecs.stop_task(cluster="run", task=min(first))
        self.ecs.get_waiter("services_stable").wait(cluster="run", services=["web"], WaiterConfig={"Delay": 1})
        second = set(self.ecs.list_tasks(cluster="run", serviceName="web")["taskArns"])
        self.assertEqual((len(second), len(second - first)), (2, 1))
        self.ecs.update_service(cluster="run", service="web", desiredCount=0)
        # A page that the server does not have is a target that is not healthy.
        self.ecs.create_service(
            cluster="run", serviceName="lost", taskDefinition=family, desiredCount=1, launchType="FARGATE",
            networkConfiguration=network, healthCheckGracePeriodSeconds=3600,
            loadBalancers=[{"targetGroupArn": bad, "containerName": "web", "containerPort": 80}])
        deadline = time.monotonic() + 30
        found = []
        while not found and time.monotonic() < deadline:
            found = elb.describe_target_health(TargetGroupArn=bad)["TargetHealthDescriptions"]
        self.assertEqual(found[0]["TargetHealth"]["State"], "unhealthy")
        self.assertIn("404", found[0]["TargetHealth"]["Description"])
        self.ecs.delete_service(cluster="run", service="lost", force=True)
        # One that ends by itself is replaced.
        brief = self.define("brief", {"name": "main", "image": "busybox", "command": ["sh", "-c", "sleep 1; exit 9"]})
        self.ecs.create_service(
            cluster="run", serviceName="brief", taskDefinition=brief, desiredCount=1, launchType="FARGATE",
            networkConfiguration=network)
        deadline = time.monotonic() + 30
        stopped = []
        while len(stopped) < 2 and time.monotonic() < deadline:
            stopped = self.ecs.list_tasks(cluster="run", serviceName="brief", desiredStatus="STOPPED")["taskArns"]
            time.sleep(0.2)
        self.assertGreaterEqual(len(stopped), 2)
        last = self.ecs.describe_tasks(cluster="run", tasks=stopped[:1])["tasks"][0]
        self.assertEqual(last["containers"][0]["exitCode"], 9)
        self.ecs.delete_service(cluster="run", service="brief", force=True)


if __name__ == "__main__":
    unittest.main()
