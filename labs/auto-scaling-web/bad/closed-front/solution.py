"""The load balancer lets nobody in."""

import base64

import boto3

USER_DATA = """#!/bin/bash
dnf install -y httpd
echo "hello from $(hostname)" > /var/www/html/index.html
systemctl enable --now httpd
"""
ZONES = ["us-east-1a", "us-east-1b"]

ec2 = boto3.client("ec2")
elb = boto3.client("elbv2")
scaling = boto3.client("autoscaling")

vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
subnets = [
    ec2.describe_subnets(
        Filters=[{"Name": "default-for-az", "Values": ["true"]}, {"Name": "availability-zone", "Values": [zone]}]
    )["Subnets"][0]["SubnetId"]
    for zone in ZONES
]
images = ec2.describe_images(
    Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-ami-2023.*-x86_64"]}]
)["Images"]
image = max(images, key=lambda each: each["CreationDate"])["ImageId"]


def security_group(name, source):
    """A group that lets HTTP in from one source."""
    group = ec2.create_security_group(GroupName=name, Description=f"HTTP for {name}", VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80} | source
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    return group


front = security_group("front", {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]})
web = security_group("web", {"UserIdGroupPairs": [{"GroupId": front}]})

balancer = elb.create_load_balancer(Name="web", Subnets=subnets, SecurityGroups=[front])["LoadBalancers"][0]
targets = elb.create_target_group(
    Name="web",
    Protocol="HTTP",
    Port=80,
    VpcId=vpc,
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

template = ec2.create_launch_template(
    LaunchTemplateName="web",
    LaunchTemplateData={
        "ImageId": image,
        "InstanceType": "t3.micro",
        "SecurityGroupIds": [web],
        "UserData": base64.b64encode(USER_DATA.encode()).decode(),
    },
)["LaunchTemplate"]["LaunchTemplateId"]
scaling.create_auto_scaling_group(
    AutoScalingGroupName="web",
    LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"},
    MinSize=2,
    MaxSize=4,
    DesiredCapacity=2,
    VPCZoneIdentifier=",".join(subnets),
    TargetGroupARNs=[targets],
    HealthCheckType="ELB",
    HealthCheckGracePeriod=300,
)

elb.get_waiter("load_balancer_available").wait(LoadBalancerArns=[balancer["LoadBalancerArn"]])
print(f"http://{balancer['DNSName']}/")
