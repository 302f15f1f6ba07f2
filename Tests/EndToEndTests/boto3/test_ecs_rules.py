import json
import unittest

from support import TestCase, client, error, error_code

WEB = {"name": "web", "image": "nginx"}
ROLE = "arn:aws:iam::123456789012:role/taskExecution"


class TaskDefinitionRules(TestCase):
    """What RegisterTaskDefinition refuses, in AWS's words."""

    @classmethod
    def setUpClass(cls):
        cls.ecs = client("ecs")

    def refused(self, containers, **more):
        return error(
            self.ecs.register_task_definition, family="bad",
            containerDefinitions=[{"memory": 64, **one} for one in containers], **more,
        )["Message"]

    def on_fargate(self, container=(), **more):
        parameters = {
            "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512", **more,
        }
        return self.refused([{**WEB, **dict(container)}], **parameters)

    def test_names_and_numbers(self):
        for expected, containers, more in [
            ("Container.name contains invalid characters.", [{**WEB, "name": "a b"}], {}),
            ("Container.image contains invalid characters.", [{**WEB, "image": "${IMAGE}"}], {}),
            ("Container names must be unique within a task definition.", [WEB, WEB], {}),
            ("Too many containers.", [{**WEB, "name": f"c{n}"} for n in range(11)], {}),
            ("At least one container in the task definition must be essential.", [{**WEB, "essential": False}], {}),
            ("The 'memory' setting for container 'web' is greater than for the task.", [{**WEB, "memory": 1024}], {"memory": "512"}),
            ("Role is not valid", [WEB], {"executionRoleArn": "arn:aws:iam::1:role/x"}),
            ("Proxy container [envoy] does not exist", [WEB], {"proxyConfiguration": {"containerName": "envoy"}}),
            ("Tags can not be empty.", [WEB], {"tags": []}),
        ]:
            self.assertEqual(self.refused(containers, **more), expected)
        for cpu in ["64", "x", "300000"]:
            self.assertTrue(self.refused([WEB], cpu=cpu).startswith("Invalid 'cpu' setting for task."))
        big = [{**WEB, "environment": [{"name": "A", "value": "x" * 70000}]}]
        self.assertRegex(self.refused(big), r"^Actual length: '7\d{4}'. Max allowed length is '65536' bytes\.$")

    def test_containers(self):
        def one(**more):
            return self.refused([{**WEB, **more}])

        limit = {"name": "nofile", "softLimit": 20, "hardLimit": 10}
        self.assertEqual(one(ulimits=[limit]), "Soft limit exceeds hard limit for ulimit nofile")
        self.assertEqual(
            one(portMappings=[{"containerPortRange": "1-9", "containerPort": 3}]),
            "Container 'web' cannot specify both single port and port range.",
        )
        self.assertEqual(
            one(portMappings=[{"containerPortRange": "9-1"}]), "Invalid 'containerPortRange' setting for container 'web'."
        )
        self.assertEqual(
            one(portMappings=[{"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 80}]),
            "The host port 80 is used multiple times in task.",
        )
        self.assertEqual(one(mountPoints=[{"sourceVolume": "v"}]), "Unknown volume 'v'.")
        self.assertIn("secret name must be unique", one(
            environment=[{"name": "A", "value": "1"}], secrets=[{"name": "A", "valueFrom": "p"}]))
        self.assertEqual(
            self.refused([{**WEB, "extraHosts": [{"hostname": "a", "ipAddress": "10.0.0.1"}]}], networkMode="awsvpc"),
            "Extra hosts are not supported when networkMode=awsvpc.",
        )
        other = {"name": "b", "image": "busybox"}
        self.assertEqual(
            one(dependsOn=[{"containerName": "b", "condition": "START"}]),
            "Cannot depend on container + 'b' because it does not exist",
        )
        self.assertEqual(
            self.refused([{**WEB, "dependsOn": [{"containerName": "b", "condition": "HEALTHY"}]}, other]),
            "A dependency container with HEALTHY condition must have health check configured",
        )

    def test_volumes(self):
        def volume(**more):
            return self.refused([WEB], volumes=[{"name": "v", **more}])

        self.assertIn("EFS file system ID", volume(efsVolumeConfiguration={"fileSystemId": "x"}))
        files = {"fileSystemId": "fs-12345678", "authorizationConfig": {"iam": "ENABLED"}}
        self.assertEqual(
            volume(efsVolumeConfiguration=files), "EFS IAM authorization requires TransitEncryption to be enabled"
        )
        files = {
            "fileSystemId": "fs-12345678", "transitEncryption": "ENABLED", "rootDirectory": "/data",
            "authorizationConfig": {"accessPointId": "fsap-12345678"},
        }
        self.assertEqual(
            volume(efsVolumeConfiguration=files),
            'When using an EFS access point, the root directory must either be set to "/" or be omitted',
        )

    def test_fargate(self):
        self.assertEqual(
            self.on_fargate({"privileged": True}), "Fargate requires that the 'privileged' setting be 'false'."
        )
        for name, value in [("maxSwap", 1), ("sharedMemorySize", 1)]:
            self.assertEqual(
                self.on_fargate({"linuxParameters": {name: value}}),
                f"Fargate compatible task definitions do not support {name}",
            )
        self.assertEqual(
            self.on_fargate({"logConfiguration": {"logDriver": "syslog"}}),
            "syslog is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]",
        )
        where = {"awslogs-group": "g", "awslogs-region": "us-east-1"}
        for options, expected in [
            (where, "Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs."),
            ({**where, "log_key": "x"}, "Log driver awslogs disallows options: log_key"),
            (
                {**where, "awslogs-create-group": "false"},
                "Log driver awslogs option 'awslogs-create-group' should only be set to 'true', else omit option.",
            ),
        ]:
            log = {"logDriver": "awslogs", "options": options}
            self.assertEqual(self.on_fargate({"logConfiguration": log}, executionRoleArn=ROLE), expected)
        self.assertEqual(
            self.on_fargate(volumes=[{"name": "v", "host": {"sourcePath": "/x"}}]),
            "Fargate compatible task definitions do not support sourcePath",
        )
        self.assertEqual(
            self.on_fargate(placementConstraints=[{"type": "memberOf", "expression": "attribute:a exists"}]),
            "Fargate compatible task definitions do not support constraints",
        )
        self.assertEqual(
            self.on_fargate(pidMode="host"), "Tasks using the Fargate launch type do not support pidMode 'host'."
        )
        for cpu, memory in [("8192", "16384"), ("16384", "122880"), ("32768", "249856")]:
            made = self.ecs.register_task_definition(
                family="big", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu=cpu, memory=memory,
                containerDefinitions=[WEB],
            )["taskDefinition"]
            self.assertEqual((made["cpu"], made["memory"]), (cpu, memory))
        self.assertIn("No Fargate configuration exists", self.on_fargate(cpu="8192", memory="17408"))


class TaskSets(TestCase):
    """Services that others deploy, and roles of tasks."""

    @classmethod
    def setUpClass(cls):
        cls.ecs, cls.ec2, cls.iam = client("ecs"), client("ec2"), client("iam")
        subnet = cls.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"][0]
        cls.network = {"awsvpcConfiguration": {"subnets": [subnet["SubnetId"]], "assignPublicIp": "ENABLED"}}
        cls.ecs.create_cluster(clusterName="sets")
        cls.small = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"}
        cls.ecs.register_task_definition(family="set", containerDefinitions=[WEB], **cls.small)

    def tasks(self, service):
        return self.ecs.list_tasks(cluster="sets", serviceName=service)["taskArns"]

    def test_task_sets(self):
        """Each set has its share of the desired count; one of them is the primary."""
        external = {"deploymentController": {"type": "EXTERNAL"}}
        self.assertEqual(
            error(self.ecs.create_service, cluster="sets", serviceName="x", taskDefinition="set", **external)["Message"],
            "TaskDefinition must be blank",
        )
        self.ecs.create_service(cluster="sets", serviceName="x", desiredCount=4, **external)
        new = {
            "cluster": "sets", "service": "x", "taskDefinition": "set", "launchType": "FARGATE",
            "networkConfiguration": self.network,
        }
        blue = self.ecs.create_task_set(**new, externalId="blue", tags=[{"key": "a", "value": "1"}])["taskSet"]
        self.assertEqual((blue["status"], blue["computedDesiredCount"]), ("ACTIVE", 4))
        green = self.ecs.create_task_set(**new, scale={"value": 25, "unit": "PERCENT"})["taskSet"]
        self.assertEqual(green["computedDesiredCount"], 1)
        found = self.ecs.describe_task_sets(cluster="sets", service="x", taskSets=[blue["id"], "none"])
        self.assertEqual(found["taskSets"][0]["stabilityStatus"], "STEADY_STATE")
        self.assertEqual(found["taskSets"][0]["runningCount"], 4)
        self.assertEqual(found["failures"][0]["reason"], "MISSING")
        self.assertEqual(len(self.tasks("x")), 5)
        self.assertEqual(
            self.ecs.list_tags_for_resource(resourceArn=blue["taskSetArn"])["tags"], [{"key": "a", "value": "1"}]
        )
        made = self.ecs.update_service_primary_task_set(cluster="sets", service="x", primaryTaskSet=blue["id"])
        self.assertEqual(made["taskSet"]["status"], "PRIMARY")
        self.ecs.update_task_set(
            cluster="sets", service="x", taskSet=green["id"], scale={"value": 50, "unit": "PERCENT"}
        )
        self.assertEqual(len(self.tasks("x")), 6)
        self.ecs.update_service(cluster="sets", service="x", desiredCount=2)
        self.assertEqual(len(self.tasks("x")), 3)
        self.assertIn(
            "EXTERNAL deployment controller",
            error(self.ecs.update_service, cluster="sets", service="x", taskDefinition="set")["Message"],
        )
        self.assertEqual(
            error(self.ecs.delete_task_set, cluster="sets", service="x", taskSet=green["id"])["Code"],
            "InvalidParameterException",
        )
        gone = self.ecs.delete_task_set(cluster="sets", service="x", taskSet=green["id"], force=True)["taskSet"]
        self.assertEqual(gone["status"], "DRAINING")
        self.assertEqual(len(self.tasks("x")), 2)
        sets = self.ecs.describe_services(cluster="sets", services=["x"])["services"][0]["taskSets"]
        self.assertEqual([one["id"] for one in sets], [blue["id"]])
        self.assertEqual(
            error_code(self.ecs.update_task_set, cluster="sets", service="x", taskSet="ecs-svc/1", scale={"value": 1}),
            "TaskSetNotFoundException",
        )
        self.ecs.delete_service(cluster="sets", service="x", force=True)
        self.ecs.get_waiter("services_inactive").wait(cluster="sets", services=["x"])

    def test_code_deploy(self):
        """A service of CodeDeploy's is made with its first task set; nothing else may be changed by hand."""
        self.ecs.create_service(
            cluster="sets", serviceName="blue", taskDefinition="set", desiredCount=1, launchType="FARGATE",
            networkConfiguration=self.network, deploymentController={"type": "CODE_DEPLOY"},
        )
        service = self.ecs.describe_services(cluster="sets", services=["blue"])["services"][0]
        self.assertEqual((service["deployments"], service["runningCount"]), ([], 1))
        self.assertEqual(service["taskSets"][0]["status"], "PRIMARY")
        self.assertEqual(
            error(self.ecs.update_service, cluster="sets", service="blue", taskDefinition="set")["Message"],
            "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.",
        )
        self.assertEqual(
            error(self.ecs.create_task_set, cluster="sets", service="blue", taskDefinition="set")["Message"],
            "Amazon ECS only supports task set management on services configured to use external deployment controllers.",
        )
        self.ecs.delete_service(cluster="sets", service="blue", force=True)
        self.ecs.get_waiter("services_inactive").wait(cluster="sets", services=["blue"])

    def test_roles(self):
        """A role must be there and trust ECS's tasks."""
        self.ecs.register_task_definition(
            family="role", containerDefinitions=[WEB], executionRoleArn=ROLE, **self.small)
        run = {
            "cluster": "sets", "taskDefinition": "role", "launchType": "FARGATE", "networkConfiguration": self.network,
        }
        # ECS Exec is the task's role's doing.
        self.assertEqual(
            error(self.ecs.run_task, **run, enableExecuteCommand=True)["Message"],
            "The execute command failed because a valid task role is not being used. Specify a valid task role in your "
            "task definition or as a task override and try again.",
        )
        self.assertEqual(
            error(self.ecs.create_service, **run, serviceName="exec", desiredCount=1, enableExecuteCommand=True)["Message"],
            "The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role in "
            "your task definition and try again.",
        )
        problem = f"ECS was unable to assume the role '{ROLE}' that was provided for this task."
        self.assertIn(problem, error(self.ecs.run_task, **run)["Message"])
        self.ecs.create_service(
            cluster="sets", serviceName="role", taskDefinition="role", desiredCount=1, launchType="FARGATE",
            networkConfiguration=self.network,
        )
        self.assertEqual(
            error(self.ecs.update_service, cluster="sets", service="role", enableExecuteCommand=True)["Message"],
            "The service couldn't be updated because a valid taskRoleArn is not being used. Specify a valid task role in "
            "your task definition and try again.",
        )
        events = self.ecs.describe_services(cluster="sets", services=["role"])["services"][0]["events"]
        self.assertTrue(events[0]["message"].startswith(f"(service role) failed to launch a task with (error {problem}"))
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        self.iam.create_role(RoleName="taskExecution", AssumeRolePolicyDocument=json.dumps(document))
        self.assertIn(problem, error(self.ecs.run_task, **run)["Message"])
        trust["Principal"]["Service"] = "ecs-tasks.amazonaws.com"
        self.iam.update_assume_role_policy(RoleName="taskExecution", PolicyDocument=json.dumps(document))
        task = self.ecs.run_task(**run)["tasks"][0]["taskArn"]
        self.ecs.get_waiter("tasks_running").wait(cluster="sets", tasks=[task])
        self.ecs.stop_task(cluster="sets", task=task)

    def test_containers_that_others_wait_for(self):
        """A container that another waits for to end has ended with 0."""
        init = {"name": "init", "image": "busybox", "essential": False}
        web = {**WEB, "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]}
        self.ecs.register_task_definition(family="ordered", containerDefinitions=[init, web], **self.small)
        task = self.ecs.run_task(
            cluster="sets", taskDefinition="ordered", launchType="FARGATE", networkConfiguration=self.network
        )["tasks"][0]["taskArn"]
        self.ecs.get_waiter("tasks_running").wait(cluster="sets", tasks=[task])
        containers = self.ecs.describe_tasks(cluster="sets", tasks=[task])["tasks"][0]["containers"]
        self.assertEqual([(one["lastStatus"], one.get("exitCode")) for one in containers], [("STOPPED", 0), ("RUNNING", None)])
        services = [f"page{n:02}" for n in range(12)]
        for name in services:
            self.ecs.create_service(
                cluster="sets", serviceName=name, taskDefinition="set", desiredCount=0, launchType="FARGATE",
                networkConfiguration=self.network,
            )
        page = self.ecs.list_services(cluster="sets")
        self.assertEqual(len(page["serviceArns"]), 10)
        pages = self.ecs.get_paginator("list_services").paginate(cluster="sets")
        self.assertGreaterEqual(len([arn for page in pages for arn in page["serviceArns"]]), 12)


if __name__ == "__main__":
    unittest.main()
