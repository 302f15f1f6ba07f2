"""Both tasks are in the first zone."""

import json

import boto3

ZONES = ["us-east-1a", "us-east-1b"]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

ec2 = boto3.client("ec2")
ecs = boto3.client("ecs")
elb = boto3.client("elbv2")
iam = boto3.client("iam")
logs = boto3.client("logs")

vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
subnets = [
    ec2.describe_subnets(
        Filters=[{"Name": "default-for-az", "Values": ["true"]}, {"Name": "availability-zone", "Values": [zone]}]
    )["Subnets"][0]["SubnetId"]
    for zone in ZONES
]


def security_group(name, source):
    """A group that lets HTTP in from one source."""
    group = ec2.create_security_group(GroupName=name, Description=f"HTTP for {name}", VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80} | source
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    return group


front = security_group("front", {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]})
tasks = security_group("tasks", {"UserIdGroupPairs": [{"GroupId": front}]})

balancer = elb.create_load_balancer(Name="web", Subnets=subnets, SecurityGroups=[front])["LoadBalancers"][0]
targets = elb.create_target_group(
    Name="web",
    Protocol="HTTP",
    Port=80,
    VpcId=vpc,
    TargetType="ip",
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

role = iam.create_role(RoleName="webTaskExecution", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
iam.attach_role_policy(
    RoleName="webTaskExecution",
    PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
)
logs.create_log_group(logGroupName="/ecs/web")
logs.put_retention_policy(logGroupName="/ecs/web", retentionInDays=14)

ecs.create_cluster(clusterName="web")
ecs.register_task_definition(
    family="web",
    networkMode="awsvpc",
    requiresCompatibilities=["FARGATE"],
    cpu="256",
    memory="512",
    executionRoleArn=role,
    containerDefinitions=[
        {
            "name": "web",
            "image": "public.ecr.aws/docker/library/nginx:1.27",
            "portMappings": [{"containerPort": 80}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": "/ecs/web",
                    "awslogs-region": "us-east-1",
                    "awslogs-stream-prefix": "web",
                },
            },
        }
    ],
)
network = {"awsvpcConfiguration": {"subnets": subnets[:1], "securityGroups": [tasks], "assignPublicIp": "ENABLED"}}
ecs.create_service(
    cluster="web",
    serviceName="web",
    taskDefinition="web",
    desiredCount=2,
    launchType="FARGATE",
    networkConfiguration=network,
    loadBalancers=[{"targetGroupArn": targets, "containerName": "web", "containerPort": 80}],
    deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
)
ecs.get_waiter("services_stable").wait(cluster="web", services=["web"])
print(f"http://{balancer['DNSName']}/")
