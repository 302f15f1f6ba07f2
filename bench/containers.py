"""Tasks of ECS: a service of a hundred to its steady state, modelled and with processes; placement on two hundred hosts."""

import json
import time

from emulators import Emulator, signed_json

TASKS = 100


def service(emulator):
    """Seconds from CreateService until the service is stable."""
    ecs, ec2 = emulator.client("ecs"), emulator.client("ec2")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    ecs.create_cluster(clusterName="bench")
    ecs.register_task_definition(
        family="bench", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[{"name": "main", "image": "busybox", "command": ["sleep", "600"]}])
    begin = time.perf_counter()
    ecs.create_service(
        cluster="bench", serviceName="bench", taskDefinition="bench", desiredCount=TASKS, launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnets, "assignPublicIp": "ENABLED"}})
    while True:
        found = ecs.describe_services(cluster="bench", services=["bench"])["services"][0]
        if found["runningCount"] == TASKS and len(found["deployments"]) == 1:
            return time.perf_counter() - begin
        if time.perf_counter() - begin > 120:
            raise RuntimeError(f"only {found['runningCount']} of {TASKS} tasks run: {found['events'][:1]}")
        time.sleep(0.05)


def hosts(emulator, count=200):
    """A cluster of container instances, registered."""
    ecs, ec2, iam = (emulator.client(name) for name in ("ecs", "ec2", "iam"))
    trust = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
    iam.create_role(RoleName="ecsInstanceRole", AssumeRolePolicyDocument=trust)
    iam.attach_role_policy(
        RoleName="ecsInstanceRole",
        PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role")
    iam.create_instance_profile(InstanceProfileName="ecsInstanceRole")
    iam.add_role_to_instance_profile(InstanceProfileName="ecsInstanceRole", RoleName="ecsInstanceRole")
    ecs.create_cluster(clusterName="hosts")
    image = emulator.client("ssm").get_parameter(
        Name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id")["Parameter"]["Value"]
    for subnet in ec2.describe_subnets()["Subnets"][:2]:
        ec2.run_instances(
            ImageId=image, InstanceType="t3.large", MinCount=count // 2, MaxCount=count // 2,
            SubnetId=subnet["SubnetId"], IamInstanceProfile={"Name": "ecsInstanceRole"},
            UserData="#!/bin/bash\necho ECS_CLUSTER=hosts >> /etc/ecs/ecs.config\n")
    for _ in range(100):
        found = ecs.describe_clusters(clusters=["hosts"])["clusters"][0]["registeredContainerInstancesCount"]
        if found == count:
            return ecs
    raise RuntimeError(f"{found} of {count} hosts have registered")


def placement(emulator):
    """Seconds that the calls take which place a thousand tasks, ten at a time on one connection, spread over zones and
    then packed."""
    ecs = hosts(emulator)
    ecs.register_task_definition(
        family="small", networkMode="bridge",
        containerDefinitions=[{"name": "main", "image": "busybox", "memory": 128, "cpu": 64}])
    # Raw, because a client takes longer to read an answer than the emulator to give it.
    request = signed_json(
        "AmazonEC2ContainerServiceV20141113.RunTask", emulator.port, "ecs",
        {"cluster": "hosts", "taskDefinition": "small", "count": 10, "launchType": "EC2",
         "placementStrategy": [{"type": "spread", "field": "attribute:ecs.availability-zone"},
                               {"type": "binpack", "field": "memory"}]})
    taken = 0
    with emulator.connection() as connection:
        connection.connect()
        for _ in range(100):
            begin = time.perf_counter()
            status, text = emulator.post_on(connection, *request)
            taken += time.perf_counter() - begin
            made = json.loads(text)
            if status != 200 or made["failures"] or len(made["tasks"]) != 10:
                raise RuntimeError(f"RunTask answered {status}: {text[:300]}")
    return taken


def containers():
    figures = {}
    for name, arguments in (("modelled", []), ("running", ["--containers", "run"])):
        with Emulator("skylab", *arguments) as emulator:
            emulator.wait()
            figures[name] = service(emulator)
    with Emulator("skylab", "--quota", "standard=10000") as emulator:
        emulator.wait()
        figures["placement"] = placement(emulator)
    return figures
