"""Each task wants port 8080 of its instance: there is room for two."""

import json

import boto3

ZONES = ["us-east-1a", "us-east-1b"]
USER_DATA = """#!/bin/bash
echo ECS_CLUSTER=web >> /etc/ecs/ecs.config
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

ec2 = boto3.client("ec2")
ecs = boto3.client("ecs")
elb = boto3.client("elbv2")
iam = boto3.client("iam")

# Who the instances are.
iam.create_role(RoleName="ecsInstanceRole", AssumeRolePolicyDocument=json.dumps(TRUST))
iam.attach_role_policy(
    RoleName="ecsInstanceRole",
    PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role",
)
iam.create_instance_profile(InstanceProfileName="ecsInstanceRole")
iam.add_role_to_instance_profile(InstanceProfileName="ecsInstanceRole", RoleName="ecsInstanceRole")

# Where they are, and who may come to them.
vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
subnets = [
    ec2.describe_subnets(
        Filters=[{"Name": "default-for-az", "Values": ["true"]}, {"Name": "availability-zone", "Values": [zone]}]
    )["Subnets"][0]["SubnetId"]
    for zone in ZONES
]


def security_group(name, first, last, source):
    """A group that lets TCP in on some ports from one source."""
    group = ec2.create_security_group(GroupName=name, Description=f"TCP for {name}", VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": first, "ToPort": last} | source
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    return group


front = security_group("front", 80, 80, {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]})
hosts = security_group("hosts", 8080, 8080, {"UserIdGroupPairs": [{"GroupId": front}]})

ecs.create_cluster(clusterName="web")
image = boto3.client("ssm").get_parameter(
    Name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
)["Parameter"]["Value"]
for subnet in subnets:
    ec2.run_instances(
        ImageId=image,
        InstanceType="t3.small",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        SecurityGroupIds=[hosts],
        IamInstanceProfile={"Name": "ecsInstanceRole"},
        UserData=USER_DATA,
    )

balancer = elb.create_load_balancer(Name="web", Subnets=subnets, SecurityGroups=[front])["LoadBalancers"][0]
targets = elb.create_target_group(
    Name="web",
    Protocol="HTTP",
    Port=80,
    VpcId=vpc,
    TargetType="instance",
    HealthCheckPath="/",
    HealthCheckIntervalSeconds=10,
    HealthyThresholdCount=2,
    UnhealthyThresholdCount=2,
)["TargetGroups"][0]["TargetGroupArn"]
elb.create_listener(
    LoadBalancerArn=balancer["LoadBalancerArn"],
    Protocol="HTTP",
    Port=80,
    DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
)

ecs.register_task_definition(
    family="web",
    networkMode="bridge",
    containerDefinitions=[
        {
            "name": "web",
            "image": "public.ecr.aws/docker/library/nginx:1.27",
            "memory": 128,
            "portMappings": [{"containerPort": 80, "hostPort": 8080}],
        }
    ],
)
ecs.create_service(
    cluster="web",
    serviceName="web",
    taskDefinition="web",
    desiredCount=4,
    launchType="EC2",
    placementStrategy=[
        {"type": "spread", "field": "attribute:ecs.availability-zone"},
        {"type": "spread", "field": "instanceId"},
    ],
    loadBalancers=[{"targetGroupArn": targets, "containerName": "web", "containerPort": 80}],
)
print(f"http://{balancer['DNSName']}/")
