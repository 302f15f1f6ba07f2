import json
import unittest
from collections import Counter

from support import TestCase, client, error, error_code, image_id


class Containers(TestCase):
    """Amazon ECS: clusters, task definitions, tasks and services on Fargate and on EC2."""

    @classmethod
    def setUpClass(cls):
        cls.ecs = client("ecs")
        cls.ec2 = client("ec2")
        cls.elb = client("elbv2")
        cls.subnets = [
            one["SubnetId"]
            for one in cls.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
        ][:2]
        cls.vpc = cls.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]

    def cluster(self, name, **more):
        cluster = self.ecs.create_cluster(clusterName=name, **more)["cluster"]
        self.addCleanup(self.remove, name)
        return cluster

    def remove(self, name):
        for arn in self.ecs.list_services(cluster=name)["serviceArns"]:
            self.ecs.delete_service(cluster=name, service=arn, force=True)
            self.ecs.get_waiter("services_inactive").wait(cluster=name, services=[arn])
        tasks = self.ecs.list_tasks(cluster=name)["taskArns"]
        for arn in tasks:
            self.ecs.stop_task(cluster=name, task=arn)
        if tasks:
            self.ecs.get_waiter("tasks_stopped").wait(cluster=name, tasks=tasks)
        self.ecs.delete_cluster(cluster=name)

    def define(self, family, containers=None, **more):
        parameters = {
            "family": family, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
            "memory": "512",
            "containerDefinitions": containers
            or [{"name": "web", "image": "nginx:1.27", "portMappings": [{"containerPort": 80}]}],
        }
        parameters.update(more)
        return self.ecs.register_task_definition(**{k: v for k, v in parameters.items() if v is not None})["taskDefinition"]

    def network(self, public=True, groups=()):
        return {
            "awsvpcConfiguration": {
                "subnets": self.subnets, "securityGroups": list(groups),
                "assignPublicIp": "ENABLED" if public else "DISABLED",
            }
        }

    def test_repair(self):
        """A service whose tasks have failed is stable soon after the cause is gone, circuit breaker or not."""
        self.cluster("repair")
        role = client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        arn = role.create_role(
            RoleName="repair", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )["Role"]["Arn"]
        self.addCleanup(role.delete_role, RoleName="repair")
        logs = {"awslogs-group": "/ecs/repair", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"}
        self.define(
            "repair", [{"name": "web", "image": "nginx", "logConfiguration": {"logDriver": "awslogs", "options": logs}}],
            executionRoleArn=arn)
        self.ecs.create_service(
            cluster="repair", serviceName="web", taskDefinition="repair", desiredCount=2, launchType="FARGATE",
            networkConfiguration=self.network())
        service = self.ecs.describe_services(cluster="repair", services=["web"])["services"][0]
        self.assertEqual(service["runningCount"], 0)
        self.assertGreaterEqual(service["deployments"][0]["failedTasks"], 2)
        client("logs").create_log_group(logGroupName="/ecs/repair")
        self.addCleanup(client("logs").delete_log_group, logGroupName="/ecs/repair")
        self.ecs.get_waiter("services_stable").wait(
            cluster="repair", services=["web"], WaiterConfig={"Delay": 1, "MaxAttempts": 5})
        self.define(
            "secret", [{"name": "web", "image": "nginx", "secrets": [{"name": "A", "valueFrom": "/not/there"}]}],
            executionRoleArn=arn)
        task = self.ecs.run_task(
            cluster="repair", taskDefinition="secret", launchType="FARGATE", networkConfiguration=self.network()
        )["tasks"][0]["taskArn"]
        self.ecs.get_waiter("tasks_stopped").wait(cluster="repair", tasks=[task])
        stopped = self.ecs.describe_tasks(cluster="repair", tasks=[task])["tasks"][0]
        self.assertEqual(stopped["stopCode"], "TaskFailedToStart")
        self.assertIn("unable to retrieve secrets from ssm", stopped["stoppedReason"])
        missing = {"taskRoleArn": "arn:aws:iam::123456789012:role/nope"}
        task = {"cluster": "repair", "taskDefinition": "repair", "launchType": "FARGATE", "networkConfiguration": self.network()}
        self.assertIn("role/nope", error(self.ecs.run_task, **task, overrides=missing)["Message"])
        self.assertEqual(error_code(self.ecs.run_task, **task, platformVersion="2.0.0"), "PlatformUnknownException")

    def test_clusters(self):
        """A cluster is made once, described with what is asked for, changed and deleted."""
        made = self.cluster("one", tags=[{"key": "team", "value": "a"}])
        self.assertEqual(made["status"], "ACTIVE")
        self.assertEqual(self.ecs.create_cluster(clusterName="one")["cluster"]["clusterArn"], made["clusterArn"])
        for other in [
            {"tags": [{"key": "team", "value": "b"}]}, {"capacityProviders": ["FARGATE"]},
            {"settings": [{"name": "containerInsights", "value": "enabled"}]},
        ]:
            said = error(self.ecs.create_cluster, clusterName="one", **other)
            self.assertEqual(said["Code"], "InvalidParameterException")
            self.assertEqual(
                said["Message"],
                "Arguments on this idempotent request are inconsistent with those used in previous request(s).",
            )
        found = self.ecs.describe_clusters(clusters=["one", "none"], include=["TAGS", "SETTINGS", "STATISTICS"])
        self.assertEqual(found["clusters"][0]["tags"], [{"key": "team", "value": "a"}])
        self.assertEqual(found["failures"][0]["reason"], "MISSING")
        self.ecs.update_cluster_settings(cluster="one", settings=[{"name": "containerInsights", "value": "enabled"}])
        self.ecs.put_cluster_capacity_providers(
            cluster="one", capacityProviders=["FARGATE", "FARGATE_SPOT"],
            defaultCapacityProviderStrategy=[
                {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
                {"capacityProvider": "FARGATE_SPOT", "weight": 3},
            ],
        )
        found = self.ecs.describe_clusters(clusters=["one"], include=["SETTINGS"])["clusters"][0]
        self.assertEqual(found["settings"], [{"name": "containerInsights", "value": "enabled"}])
        self.assertEqual(found["capacityProviders"], ["FARGATE", "FARGATE_SPOT"])
        self.assertIn(made["clusterArn"], self.ecs.list_clusters()["clusterArns"])
        self.ecs.update_cluster(cluster="one", serviceConnectDefaults={"namespace": "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-1"})
        self.define("spread")
        tasks = self.ecs.run_task(cluster="one", taskDefinition="spread", count=5, networkConfiguration=self.network())["tasks"]
        names = sorted(task["capacityProviderName"] for task in tasks)
        self.assertEqual(names, ["FARGATE", "FARGATE", "FARGATE_SPOT", "FARGATE_SPOT", "FARGATE_SPOT"])
        self.assertEqual(error_code(self.ecs.delete_cluster, cluster="one"), "ClusterContainsTasksException")
        self.assertEqual(error_code(self.ecs.list_tasks, cluster="none"), "ClusterNotFoundException")

    def test_task_definitions(self):
        """Revisions count up, can be taken out of use and deleted; AWS's defaults are filled in."""
        first = self.define("app", tags=[{"key": "k", "value": "v"}])
        second = self.define("app", cpu=".5 vCPU", memory="1 GB")
        self.assertEqual((first["revision"], second["revision"]), (1, 2))
        self.assertEqual((second["cpu"], second["memory"]), ("512", "1024"))
        container = first["containerDefinitions"][0]
        self.assertEqual(container["portMappings"], [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}])
        self.assertTrue(container["essential"])
        checked = self.ecs.register_task_definition(
            family="checked", containerDefinitions=[{
                "name": "web", "image": "nginx", "memory": 64, "healthCheck": {"command": ["CMD-SHELL", "true"]}}])
        self.assertEqual(
            checked["taskDefinition"]["containerDefinitions"][0]["healthCheck"],
            {"command": ["CMD-SHELL", "true"], "interval": 30, "timeout": 5, "retries": 3})
        self.assertEqual(first["compatibilities"], ["EC2", "FARGATE"])
        found = self.ecs.describe_task_definition(taskDefinition="app", include=["TAGS"])["taskDefinition"]
        self.assertEqual(found["revision"], 2)
        self.assertEqual(
            self.ecs.describe_task_definition(taskDefinition="app:1", include=["TAGS"])["tags"],
            [{"key": "k", "value": "v"}],
        )
        self.assertIn("app", self.ecs.list_task_definition_families(familyPrefix="ap")["families"])
        arns = self.ecs.list_task_definitions(familyPrefix="app", sort="DESC")["taskDefinitionArns"]
        self.assertEqual(arns, [second["taskDefinitionArn"], first["taskDefinitionArn"]])
        gone = self.ecs.deregister_task_definition(taskDefinition="app:2")["taskDefinition"]
        self.assertEqual(gone["status"], "INACTIVE")
        self.assertEqual(self.ecs.describe_task_definition(taskDefinition="app")["taskDefinition"]["revision"], 1)
        failures = self.ecs.delete_task_definitions(taskDefinitions=["app:1"])["failures"]
        self.assertIn("still in ACTIVE status", failures[0]["reason"])
        deleted = self.ecs.delete_task_definitions(taskDefinitions=["app:2"])["taskDefinitions"]
        self.assertEqual(deleted[0]["status"], "DELETE_IN_PROGRESS")
        self.assertEqual(self.define("app")["revision"], 3)
        self.assertEqual(
            error(self.ecs.describe_task_definition, taskDefinition="nothing")["Message"],
            "Unable to describe task definition.",
        )

    def test_refused_task_definitions(self):
        """What AWS refuses is refused in AWS's words."""
        web = {"name": "web", "image": "nginx"}

        def message(containers=None, **more):
            return error(self.define, family="bad", containers=containers or [web], **more)["Message"]

        self.assertEqual(message(cpu=None), "Fargate requires that 'cpu' be defined at the task level.")
        self.assertEqual(message(memory=None), "Fargate requires that 'memory' be defined at the task level.")
        self.assertEqual(
            message(cpu="256", memory="4096"),
            "No Fargate configuration exists for given values: 256 CPU, 4096 memory. See the Amazon ECS documentation for the valid values.",
        )
        self.assertEqual(message(networkMode="bridge"), "Fargate only supports network mode ‘awsvpc’.")
        self.assertEqual(
            message([{**web, "portMappings": [{"containerPort": 80, "hostPort": 8080}]}]),
            "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
        )
        self.assertEqual(
            message([web], networkMode=None, requiresCompatibilities=None, cpu=None, memory=None),
            "Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified.",
        )
        self.assertEqual(
            message([{**web, "cpu": 512}]),
            "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
        )
        log = {"logDriver": "awslogs", "options": {"awslogs-group": "/x"}}
        self.assertEqual(
            message([{**web, "logConfiguration": log}]), "Log driver awslogs requires options: awslogs-region"
        )
        log["options"]["awslogs-region"] = "us-east-1"
        self.assertEqual(
            message([{**web, "logConfiguration": log}]),
            "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
        )
        other = {"name": "init", "image": "busybox", "essential": True}
        self.assertEqual(
            message([{**web, "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]}, other]),
            "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
        )
        loop = [
            {**web, "dependsOn": [{"containerName": "b", "condition": "START"}]},
            {"name": "b", "image": "x", "dependsOn": [{"containerName": "web", "condition": "START"}]},
        ]
        self.assertIn("cycle", message(loop))
        self.assertEqual(self.ecs.list_task_definitions(familyPrefix="bad")["taskDefinitionArns"], [])

    def test_tasks_on_fargate(self):
        """A task gets an interface in its subnet, runs, and gives the interface back when it is stopped."""
        self.cluster("fargate")
        self.define("job")
        run = {"cluster": "fargate", "taskDefinition": "job", "launchType": "FARGATE"}
        self.assertEqual(
            error(self.ecs.run_task, **run)["Message"],
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        )
        answer = self.ecs.run_task(
            **run, networkConfiguration=self.network(), startedBy="me",
            overrides={"containerOverrides": [{"name": "web", "environment": [{"name": "A", "value": "1"}]}]},
        )
        self.assertEqual(answer["failures"], [])
        arn = answer["tasks"][0]["taskArn"]
        self.assertEqual(answer["tasks"][0]["lastStatus"], "PROVISIONING")
        self.ecs.get_waiter("tasks_running").wait(cluster="fargate", tasks=[arn])
        task = self.ecs.describe_tasks(cluster="fargate", tasks=[arn])["tasks"][0]
        details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
        self.assertIn(details["subnetId"], self.subnets)
        interface = self.ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])
        interface = interface["NetworkInterfaces"][0]
        self.assertEqual(interface["PrivateIpAddress"], details["privateIPv4Address"])
        self.assertIn("PublicIp", interface["Association"])
        self.assertEqual(self.ecs.list_tasks(cluster="fargate", startedBy="me")["taskArns"], [arn])
        # Only tasks of services can be protected.
        refused = self.ecs.update_task_protection(cluster="fargate", tasks=[arn], protectionEnabled=True)
        self.assertEqual((refused["protectedTasks"], refused["failures"][0]["reason"]), ([], "TASK_NOT_VALID"))
        self.ecs.stop_task(cluster="fargate", task=arn, reason="enough")
        self.ecs.get_waiter("tasks_stopped").wait(cluster="fargate", tasks=[arn])
        task = self.ecs.describe_tasks(cluster="fargate", tasks=[arn])["tasks"][0]
        self.assertEqual((task["stopCode"], task["stoppedReason"]), ("UserInitiated", "enough"))
        self.assertEqual(self.ecs.list_tasks(cluster="fargate", desiredStatus="STOPPED")["taskArns"], [arn])
        gone = error_code(self.ec2.describe_network_interfaces, NetworkInterfaceIds=[interface["NetworkInterfaceId"]])
        self.assertEqual(gone, "InvalidNetworkInterfaceID.NotFound")
        self.assertEqual(
            error(self.ecs.stop_task, cluster="fargate", task="0" * 32)["Message"], "The referenced task was not found."
        )
        for call in (lambda: self.ecs.stop_task(cluster="fargate", task="zzz"),
                     lambda: self.ecs.describe_tasks(cluster="fargate", tasks=["None"])):
            self.assertEqual(error(call)["Message"], "taskId length should be one of [32,36]")
        elsewhere = arn.split(":task/")[0].replace("us-east-1", "eu-west-1") + ":cluster/fargate"
        self.assertEqual(error_code(self.ecs.list_tasks, cluster=elsewhere), "ClusterNotFoundException")

    def test_a_request_is_made_once(self):
        """A client token gets the same tasks again; a size that Fargate does not have is refused."""
        self.cluster("once")
        self.define("once")
        run = {
            "cluster": "once", "taskDefinition": "once", "launchType": "FARGATE", "clientToken": "t-1",
            "networkConfiguration": self.network(),
        }
        first = self.ecs.run_task(**run)["tasks"][0]["taskArn"]
        self.assertEqual([one["taskArn"] for one in self.ecs.run_task(**run)["tasks"]], [first])
        self.assertEqual(error_code(self.ecs.run_task, **run, startedBy="other"), "ConflictException")
        self.assertEqual(self.ecs.list_tasks(cluster="once")["taskArns"], [first])
        run["clientToken"] = "t-2"
        refused = error(self.ecs.run_task, **run, overrides={"cpu": "300", "memory": "333"})
        self.assertTrue(refused["Message"].startswith("No Fargate configuration exists for given values"), refused)
        self.assertEqual(len(self.ecs.run_task(**run, overrides={"cpu": "512", "memory": "1024"})["tasks"]), 1)

        # What tasks run on stays with the cluster.
        providers = {"cluster": "once", "defaultCapacityProviderStrategy": []}
        self.ecs.put_cluster_capacity_providers(**providers, capacityProviders=["FARGATE", "FARGATE_SPOT"])
        del run["launchType"], run["clientToken"]
        self.ecs.run_task(**run, capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}])
        self.assertEqual(
            error(self.ecs.put_cluster_capacity_providers, **providers, capacityProviders=["FARGATE_SPOT"]),
            {"Code": "ResourceInUseException",
             "Message": "The specified capacity provider is in use and cannot be removed."})
        self.ecs.put_cluster_capacity_providers(**providers, capacityProviders=["FARGATE"])

    def test_a_task_that_gets_no_image(self):
        """Without a way to the registry a task stops with the error that AWS gives."""
        self.cluster("shut")
        self.define("shut")
        task = self.ecs.run_task(
            cluster="shut", taskDefinition="shut", launchType="FARGATE", networkConfiguration=self.network(public=False)
        )["tasks"][0]
        self.ecs.get_waiter("tasks_stopped").wait(cluster="shut", tasks=[task["taskArn"]])
        task = self.ecs.describe_tasks(cluster="shut", tasks=[task["taskArn"]])["tasks"][0]
        self.assertEqual(task["stopCode"], "TaskFailedToStart")
        self.assertTrue(task["stoppedReason"].startswith("CannotPullContainerError"), task["stoppedReason"])
        self.assertIn("docker.io/library/nginx:1.27", task["stoppedReason"])

    def test_a_service_behind_a_load_balancer(self):
        """A service keeps its count, registers its tasks, rolls a new revision out, and ends."""
        self.cluster("web")
        first = self.define("web")
        group = self.ec2.create_security_group(GroupName="ecs-web", Description="web", VpcId=self.vpc)["GroupId"]
        self.ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0")
        balancer = self.elb.create_load_balancer(Name="ecs-web", Subnets=self.subnets, SecurityGroups=[group])["LoadBalancers"][0]
        self.addCleanup(self.elb.delete_load_balancer, LoadBalancerArn=balancer["LoadBalancerArn"])
        target = self.elb.create_target_group(Name="ecs-web", Protocol="HTTP", Port=80, VpcId=self.vpc, TargetType="ip")
        target = target["TargetGroups"][0]["TargetGroupArn"]
        create = {
            "cluster": "web", "serviceName": "web", "taskDefinition": "web", "desiredCount": 2, "launchType": "FARGATE",
            "networkConfiguration": self.network(groups=[group]),
            "loadBalancers": [{"targetGroupArn": target, "containerName": "web", "containerPort": 80}],
        }
        self.assertEqual(
            error(self.ecs.create_service, **create)["Message"],
            f"The target group with targetGroupArn {target} does not have an associated load balancer.",
        )
        self.elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": target}],
        )
        said = error(self.ecs.create_service, **create, role="arn:aws:iam::123456789012:role/any")
        self.assertEqual(said["Message"], "You cannot specify an IAM role for services that require a service linked role.")
        self.ecs.create_service(**create)
        self.assertEqual(error(self.ecs.create_service, **create)["Message"], "Creation of service was not idempotent.")
        for containers, problem in [
            ([{"name": "app", "image": "nginx"}], "The container web does not exist in the task definition."),
            ([{"name": "web", "image": "nginx"}], "The container web did not have a container port 80 defined."),
        ]:
            other = self.define("other", containers)["taskDefinitionArn"]
            said = error(self.ecs.update_service, cluster="web", service="web", taskDefinition=other)
            self.assertEqual((said["Code"], said["Message"]), ("InvalidParameterException", problem))
        self.ecs.get_waiter("services_stable").wait(cluster="web", services=["web"])
        service = self.ecs.describe_services(cluster="web", services=["web"])["services"][0]
        self.assertEqual((service["runningCount"], service["pendingCount"]), (2, 0))
        self.assertEqual(service["deployments"][0]["rolloutState"], "COMPLETED", service["events"])
        self.assertTrue(any("has reached a steady state." in one["message"] for one in service["events"]))
        # What happens to several tasks at once is one event.
        messages = [one["message"] for one in service["events"]]
        self.assertEqual(messages.count(f"(service web) registered 2 targets in (target-group {target})"), 1, messages)
        health = self.elb.describe_target_health(TargetGroupArn=target)["TargetHealthDescriptions"]
        self.assertEqual([one["TargetHealth"]["State"] for one in health], ["healthy", "healthy"])
        tasks = self.ecs.list_tasks(cluster="web", serviceName="web")["taskArns"]
        zones = {one["availabilityZone"] for one in self.ecs.describe_tasks(cluster="web", tasks=tasks)["tasks"]}
        self.assertEqual(len(zones), 2)

        self.assertEqual(
            self.ecs.update_task_protection(cluster="web", tasks=[tasks[1]], protectionEnabled=True)["failures"], []
        )
        self.assertTrue(
            self.ecs.get_task_protection(cluster="web", tasks=[tasks[1]])["protectedTasks"][0]["protectionEnabled"]
        )
        self.ecs.update_task_protection(cluster="web", tasks=[tasks[1]], protectionEnabled=False)

        # A task that is killed is replaced.
        self.ecs.stop_task(cluster="web", task=tasks[0])
        self.ecs.get_waiter("tasks_stopped").wait(cluster="web", tasks=[tasks[0]])
        self.ecs.get_waiter("services_stable").wait(cluster="web", services=["web"])
        later = self.ecs.list_tasks(cluster="web", serviceName="web")["taskArns"]
        self.assertEqual(len(later), 2)
        self.assertNotIn(tasks[0], later)
        service = self.ecs.describe_services(cluster="web", services=["web"])["services"][0]
        messages = [one["message"] for one in service["events"]]
        self.assertIn("(service web) has begun draining connections on 1 tasks.", messages)
        self.assertIn(f"(service web) deregistered 1 targets in (target-group {target})", messages)

        # A new revision is rolled out.
        second = self.define("web", cpu="512", memory="1024")
        updated = self.ecs.update_service(cluster="web", service="web", taskDefinition="web:2", desiredCount=3)["service"]
        self.assertEqual([one["status"] for one in updated["deployments"]], ["PRIMARY", "ACTIVE"])
        self.assertEqual(updated["deployments"][1]["taskDefinition"], first["taskDefinitionArn"])
        self.ecs.get_waiter("services_stable").wait(cluster="web", services=["web"])
        service = self.ecs.describe_services(cluster="web", services=["web"])["services"][0]
        self.assertEqual((service["runningCount"], len(service["deployments"])), (3, 1))
        self.assertEqual(service["taskDefinition"], second["taskDefinitionArn"])
        found = self.ecs.list_service_deployments(cluster="web", service="web")["serviceDeployments"]
        self.assertEqual(found[0]["status"], "SUCCESSFUL")
        described = self.ecs.describe_service_deployments(serviceDeploymentArns=[found[0]["serviceDeploymentArn"]])
        self.assertEqual(described["serviceDeployments"][0]["serviceArn"], service["serviceArn"])
        revision = described["serviceDeployments"][0]["targetServiceRevision"]
        self.assertEqual((revision["arn"], revision["runningTaskCount"]), (found[0]["targetServiceRevisionArn"], 3))
        # The one before it is remembered.
        source = described["serviceDeployments"][0]["sourceServiceRevisions"][0]
        self.assertEqual([one["targetServiceRevisionArn"] for one in found], [revision["arn"], source["arn"]])
        self.assertEqual([one["status"] for one in found], ["SUCCESSFUL", "SUCCESSFUL"])
        revisions = self.ecs.describe_service_revisions(serviceRevisionArns=[revision["arn"], source["arn"]])
        self.assertEqual(
            [one["taskDefinition"] for one in revisions["serviceRevisions"]],
            [second["taskDefinitionArn"], first["taskDefinitionArn"]],
        )

        # The end of it.
        self.assertEqual(
            error(self.ecs.delete_service, cluster="web", service="web")["Message"],
            "The service cannot be stopped while it is scaled above 0.",
        )
        self.ecs.delete_service(cluster="web", service="web", force=True)
        self.ecs.get_waiter("services_inactive").wait(cluster="web", services=["web"])
        self.assertEqual(self.elb.describe_target_health(TargetGroupArn=target)["TargetHealthDescriptions"], [])
        self.assertEqual(error_code(self.ecs.update_service, cluster="web", service="web"), "ServiceNotActiveException")
        self.assertEqual(error_code(self.ecs.update_service, cluster="web", service="x"), "ServiceNotFoundException")

    def test_a_deployment_that_fails(self):
        """The circuit breaker rolls a deployment back whose tasks do not start."""
        self.cluster("breaker")
        self.define("breaker")
        breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
        self.ecs.create_service(
            cluster="breaker", serviceName="api", taskDefinition="breaker", desiredCount=1, launchType="FARGATE",
            networkConfiguration=self.network(), deploymentConfiguration=breaker,
        )
        self.ecs.get_waiter("services_stable").wait(cluster="breaker", services=["api"])
        self.ecs.update_service(cluster="breaker", service="api", networkConfiguration=self.network(public=False))
        for _ in range(60):
            service = self.ecs.describe_services(cluster="breaker", services=["api"])["services"][0]
            if any("rolling back" in one["message"] for one in service["events"]):
                break
        self.ecs.get_waiter("services_stable").wait(cluster="breaker", services=["api"])
        service = self.ecs.describe_services(cluster="breaker", services=["api"])["services"][0]
        messages = [one["message"] for one in service["events"]]
        self.assertTrue(any("deployment failed: tasks failed to start." in one for one in messages), messages)
        self.assertEqual(service["runningCount"], 1)
        self.assertEqual(service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"], "ENABLED")
        # The way back is a part of the deployment that failed.
        failed, first = self.ecs.list_service_deployments(cluster="breaker", service="api")["serviceDeployments"]
        self.assertEqual((failed["status"], first["status"]), ("ROLLBACK_SUCCESSFUL", "SUCCESSFUL"))
        [failed] = self.ecs.describe_service_deployments(
            serviceDeploymentArns=[failed["serviceDeploymentArn"]]
        )["serviceDeployments"]
        self.assertEqual(failed["rollback"]["serviceRevisionArn"], first["targetServiceRevisionArn"])
        self.assertEqual(
            failed["rollback"]["reason"],
            "Service deployment rolled back because the circuit breaker threshold was exceeded.",
        )
        self.assertEqual(
            failed["deploymentCircuitBreaker"], {"status": "TRIGGERED", "failureCount": 3, "threshold": 3}
        )

    def test_zones_are_balanced(self):
        """Tasks that have come to be in one zone move to the others, and nobody is missed meanwhile."""
        self.cluster("zones")
        self.define("zones")

        def zones():
            self.ecs.get_waiter("services_stable").wait(cluster="zones", services=["api"])
            tasks = self.ecs.list_tasks(cluster="zones", serviceName="api")["taskArns"]
            return {one["taskArn"]: one["availabilityZone"] for one in
                    self.ecs.describe_tasks(cluster="zones", tasks=tasks)["tasks"]}  # fmt: skip

        made = self.ecs.create_service(
            cluster="zones", serviceName="api", taskDefinition="zones", desiredCount=4, launchType="FARGATE",
            networkConfiguration=self.network(),
        )["service"]  # fmt: skip
        self.assertEqual(made["availabilityZoneRebalancing"], "ENABLED")
        before = zones()
        self.assertEqual(sorted(Counter(before.values()).values()), [2, 2])
        # Fewer tasks are spread as evenly.
        self.ecs.update_service(cluster="zones", service="api", desiredCount=2, availabilityZoneRebalancing="DISABLED")
        self.assertEqual(len(set(zones().values())), 2)
        self.ecs.update_service(cluster="zones", service="api", desiredCount=4)
        before = zones()
        crowded = min(before.values())
        stay = [task for task, zone in before.items() if zone == crowded]
        self.ecs.update_task_protection(cluster="zones", tasks=stay, protectionEnabled=True)
        self.ecs.update_service(cluster="zones", service="api", desiredCount=2)
        self.assertEqual(set(zones().values()), {crowded})
        self.ecs.update_task_protection(cluster="zones", tasks=stay, protectionEnabled=False)
        self.assertEqual(set(zones().values()), {crowded})
        self.ecs.update_service(cluster="zones", service="api", availabilityZoneRebalancing="ENABLED")
        for _ in range(60):
            service = self.ecs.describe_services(cluster="zones", services=["api"])["services"][0]
            self.assertGreaterEqual(service["runningCount"], 2)
            messages = [one["message"] for one in service["events"]]
            if any("is AZ balanced" in one for one in messages):
                break
        self.assertEqual(sorted(Counter(zones().values()).values()), [1, 1])
        messages = [one["message"] for one in service["events"]]
        other = max(before.values())
        for text in (
            f"(service api) is not AZ balanced with 2 tasks in {crowded} and 0 tasks in {other}. AZ Rebalancing in progress.",
            f"(service api) has started 1 tasks in {other} to AZ Rebalance: (task ",
            f"(service api) has stopped 1 running tasks in {crowded} due to AZ rebalancing: (task ",
            f"(service api) is AZ balanced with 1 tasks in {crowded} and 1 tasks in {other}.",
        ):
            self.assertTrue(any(one.startswith(text) for one in messages), (text, messages))

    def test_container_instances(self):
        """Instances of the ECS image register with their cluster; tasks are placed on them, ports taken."""
        iam = client("iam")
        trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
        iam.create_role(RoleName="ecsInstanceRole", AssumeRolePolicyDocument=trust)
        iam.create_instance_profile(InstanceProfileName="ecsInstanceRole")
        iam.add_role_to_instance_profile(InstanceProfileName="ecsInstanceRole", RoleName="ecsInstanceRole")
        self.cluster("hosts")
        image = image_id(self.ec2, "al2023-ami-ecs-hvm-2023*-x86_64")
        made = []
        for subnet in self.subnets:
            made += self.ec2.run_instances(
                ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1, SubnetId=subnet,
                IamInstanceProfile={"Name": "ecsInstanceRole"},
                UserData="#!/bin/bash\necho ECS_CLUSTER=hosts >> /etc/ecs/ecs.config\n",
            )["Instances"]
        ids = [one["InstanceId"] for one in made]
        self.ec2.get_waiter("instance_running").wait(InstanceIds=ids)
        arns = []
        for _ in range(20):
            arns = self.ecs.list_container_instances(cluster="hosts")["containerInstanceArns"]
            if len(arns) == 2:
                break
        hosts = self.ecs.describe_container_instances(cluster="hosts", containerInstances=arns)["containerInstances"]
        self.assertEqual(sorted(one["ec2InstanceId"] for one in hosts), sorted(ids))
        cpu = {one["name"]: one.get("integerValue") for one in hosts[0]["registeredResources"]}["CPU"]
        self.assertEqual(cpu, 2048)
        zone = next(one["value"] for one in hosts[0]["attributes"] if one["name"] == "ecs.availability-zone")
        found = self.ecs.list_container_instances(
            cluster="hosts", filter=f"attribute:ecs.availability-zone == {zone} and not attribute:stack exists"
        )
        self.assertEqual(found["containerInstanceArns"], [hosts[0]["containerInstanceArn"]])

        self.ecs.register_task_definition(
            family="fixed",
            containerDefinitions=[
                {"name": "web", "image": "httpd", "memory": 128, "portMappings": [{"containerPort": 80, "hostPort": 8080}]}
            ],
        )
        run = self.ecs.run_task(
            cluster="hosts", taskDefinition="fixed", count=3,
            placementStrategy=[{"type": "spread", "field": "attribute:ecs.availability-zone"}],
        )
        self.assertEqual(len(run["tasks"]), 2)
        self.assertEqual({one["reason"] for one in run["failures"]}, {"RESOURCE:PORTS"})
        self.assertEqual(len({one["containerInstanceArn"] for one in run["tasks"]}), 2)
        self.ecs.get_waiter("tasks_running").wait(cluster="hosts", tasks=[one["taskArn"] for one in run["tasks"]])
        shown = self.ecs.describe_tasks(cluster="hosts", tasks=[run["tasks"][0]["taskArn"]])["tasks"][0]
        self.assertEqual(shown["containers"][0]["networkBindings"][0]["hostPort"], 8080)
        self.ecs.register_task_definition(
            family="large", containerDefinitions=[{"name": "large", "image": "x", "memory": 64000}]
        )
        failures = self.ecs.run_task(cluster="hosts", taskDefinition="large")["failures"]
        self.assertEqual([one["reason"] for one in failures], ["RESOURCE:MEMORY", "RESOURCE:MEMORY"])
        self.assertEqual(
            error_code(self.ecs.deregister_container_instance, cluster="hosts", containerInstance=arns[0]),
            "InvalidParameterException",
        )
        self.ecs.put_attributes(cluster="hosts", attributes=[{"name": "stack", "value": "prod", "targetId": arns[0]}])
        listed = self.ecs.list_attributes(cluster="hosts", targetType="container-instance", attributeName="stack")
        self.assertEqual([one["value"] for one in listed["attributes"]], ["prod"])
        started = self.ecs.start_task(cluster="hosts", taskDefinition="large", containerInstances=[arns[0]])
        self.assertEqual(started["failures"][0]["reason"], "RESOURCE:MEMORY")
        self.ecs.delete_attributes(cluster="hosts", attributes=[{"name": "stack", "targetId": arns[0]}])
        self.balance(arns[1])
        drained = self.ecs.update_container_instances_state(cluster="hosts", containerInstances=[arns[0]], status="DRAINING")
        self.assertEqual(drained["containerInstances"][0]["status"], "DRAINING")

        # An instance without tasks can be deregistered.
        idle = run["tasks"][1]
        self.ecs.stop_task(cluster="hosts", task=idle["taskArn"])
        self.ecs.get_waiter("tasks_stopped").wait(cluster="hosts", tasks=[idle["taskArn"]])
        gone = self.ecs.deregister_container_instance(
            cluster="hosts", containerInstance=idle["containerInstanceArn"]
        )["containerInstance"]
        self.assertEqual(gone["status"], "INACTIVE")

        # Tasks go with their instance.
        self.ec2.terminate_instances(InstanceIds=ids)
        self.ec2.get_waiter("instance_terminated").wait(InstanceIds=ids)
        self.ecs.get_waiter("tasks_stopped").wait(cluster="hosts", tasks=[one["taskArn"] for one in run["tasks"]])
        self.assertEqual(self.ecs.list_container_instances(cluster="hosts")["containerInstanceArns"], [])

    def balance(self, host):
        """A service's tasks are spread over the zones, and come back with a host of another zone if they fit there."""

        def state(status):
            self.ecs.update_container_instances_state(cluster="hosts", containerInstances=[host], status=status)

        def hosts():
            self.ecs.get_waiter("services_stable").wait(cluster="hosts", services=["even"])
            tasks = self.ecs.list_tasks(cluster="hosts", serviceName="even")["taskArns"]
            found = self.ecs.describe_tasks(cluster="hosts", tasks=tasks)["tasks"]
            return sorted(Counter(one["containerInstanceArn"] for one in found).values())

        def says(text):
            for _ in range(20):
                service = self.ecs.describe_services(cluster="hosts", services=["even"])["services"][0]
                if any(text in one["message"] for one in service["events"]):
                    return True
            return False

        self.ecs.register_task_definition(
            family="wide", containerDefinitions=[{"name": "wide", "image": "httpd", "memory": 700}])
        made = self.ecs.create_service(
            cluster="hosts", serviceName="even", taskDefinition="wide", desiredCount=2, launchType="EC2")["service"]
        self.assertEqual(made["availabilityZoneRebalancing"], "ENABLED")
        self.assertEqual(hosts(), [1, 1])
        state("DRAINING")
        self.assertEqual(hosts(), [2])
        state("ACTIVE")
        self.assertTrue(says("is AZ balanced with 1 tasks in"))
        self.assertEqual(hosts(), [1, 1])
        # There is no room for them.
        self.ecs.update_service(cluster="hosts", service="even", availabilityZoneRebalancing="DISABLED")
        state("DRAINING")
        self.assertEqual(hosts(), [2])
        state("ACTIVE")
        self.ecs.register_task_definition(
            family="filler", containerDefinitions=[{"name": "filler", "image": "httpd", "memory": 1400}])
        filler = self.ecs.start_task(cluster="hosts", taskDefinition="filler", containerInstances=[host])["tasks"][0]
        self.ecs.update_service(cluster="hosts", service="even", availabilityZoneRebalancing="ENABLED")
        self.assertTrue(says("because no container instance met all of its requirements."))
        self.assertEqual(hosts(), [2])
        self.ecs.stop_task(cluster="hosts", task=filler["taskArn"])
        self.ecs.delete_service(cluster="hosts", service="even", force=True)
        self.ecs.get_waiter("services_inactive").wait(cluster="hosts", services=["even"])
        self.ecs.get_waiter("tasks_stopped").wait(cluster="hosts", tasks=[filler["taskArn"]])

    def test_tags_and_settings(self):
        """Tags are kept on everything that has an ARN; account settings are what was set."""
        cluster = self.cluster("tagged")
        arn = cluster["clusterArn"]
        self.ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
        self.ecs.untag_resource(resourceArn=arn, tagKeys=["a"])
        self.assertEqual(self.ecs.list_tags_for_resource(resourceArn=arn)["tags"], [{"key": "b", "value": "2"}])
        self.ecs.put_account_setting(name="containerInsights", value="enabled")
        found = self.ecs.list_account_settings(name="containerInsights")["settings"]
        self.assertEqual(found[0]["value"], "enabled")
        self.ecs.put_account_setting_default(name="taskLongArnFormat", value="enabled")
        self.ecs.delete_account_setting(name="containerInsights")
        self.assertEqual(self.ecs.list_account_settings(name="containerInsights")["settings"], [])

    def test_capacity_providers(self):
        """AWS's own are there; one of the account's is an Auto Scaling group."""
        names = [one["name"] for one in self.ecs.describe_capacity_providers()["capacityProviders"]]
        self.assertEqual(names[:2], ["FARGATE", "FARGATE_SPOT"])
        scaling = client("autoscaling")
        self.ec2.create_launch_template(
            LaunchTemplateName="ecs-hosts",
            LaunchTemplateData={"ImageId": image_id(self.ec2), "InstanceType": "t3.micro"},
        )
        scaling.create_auto_scaling_group(
            AutoScalingGroupName="ecs-hosts", MinSize=0, MaxSize=1, VPCZoneIdentifier=self.subnets[0],
            LaunchTemplate={"LaunchTemplateName": "ecs-hosts"},
        )
        self.addCleanup(scaling.delete_auto_scaling_group, AutoScalingGroupName="ecs-hosts", ForceDelete=True)
        group = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["ecs-hosts"])["AutoScalingGroups"][0]
        made = self.ecs.create_capacity_provider(
            name="hosts-provider",
            autoScalingGroupProvider={
                "autoScalingGroupArn": group["AutoScalingGroupARN"],
                "managedScaling": {"status": "ENABLED", "targetCapacity": 80},
            },
        )["capacityProvider"]
        self.assertEqual(made["autoScalingGroupProvider"]["managedScaling"]["targetCapacity"], 80)
        self.assertEqual(
            error(self.ecs.create_capacity_provider, name="another", autoScalingGroupProvider={
                "autoScalingGroupArn": group["AutoScalingGroupARN"]})["Message"],
            "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique "
            "Auto Scaling group ARN and try again.")
        self.ecs.update_capacity_provider(
            name="hosts-provider", autoScalingGroupProvider={"managedScaling": {"targetCapacity": 90}}
        )
        found = self.ecs.describe_capacity_providers(capacityProviders=["hosts-provider", "x"])
        self.assertEqual(
            found["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"]["targetCapacity"], 90
        )
        self.assertEqual(found["failures"][0]["reason"], "MISSING")
        gone = self.ecs.delete_capacity_provider(capacityProvider="hosts-provider")["capacityProvider"]
        self.assertEqual(gone["status"], "INACTIVE")


if __name__ == "__main__":
    unittest.main()
