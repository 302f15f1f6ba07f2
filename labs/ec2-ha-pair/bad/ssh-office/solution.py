"""SSH is open to one address, "only for me"."""

import boto3

OWNER = {"Key": "Owner", "Value": "ada"}
USER_DATA = """#!/bin/bash
dnf install -y httpd
echo "hello from $(hostname)" > /var/www/html/index.html
systemctl enable --now httpd
"""

ec2 = boto3.client("ec2")
elb = boto3.client("elbv2")

images = ec2.describe_images(
    Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-ami-2023.*-x86_64"]}]
)["Images"]
image = max(images, key=lambda each: each["CreationDate"])["ImageId"]

vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]

# One default subnet for each zone: the first two zones by name.
pages = ec2.get_paginator("describe_subnets").paginate(
    Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default-for-az", "Values": ["true"]}]
)
found = sorted((subnet for page in pages for subnet in page["Subnets"]), key=lambda each: each["AvailabilityZone"])
subnets = [subnet["SubnetId"] for subnet in found[:2]]

group = ec2.create_security_group(
    GroupName="web",
    Description="HTTP from anywhere",
    VpcId=vpc,
    TagSpecifications=[{"ResourceType": "security-group", "Tags": [OWNER]}],
)["GroupId"]
ec2.authorize_security_group_ingress(
    GroupId=group,
    IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
)
ec2.authorize_security_group_ingress(
    GroupId=group,
    IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "203.0.113.7/32"}]}],
)

instances = []
for number, subnet in enumerate(subnets, start=1):
    launched = ec2.run_instances(
        ImageId=image,
        InstanceType="t3.micro",
        SubnetId=subnet,
        SecurityGroupIds=[group],
        UserData=USER_DATA,
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": f"web-{number}"}, OWNER]}
        ],
    )
    instances.append(launched["Instances"][0]["InstanceId"])

balancer = elb.create_load_balancer(Name="web", Subnets=subnets, SecurityGroups=[group])["LoadBalancers"][0]
# Short intervals: a server that is gone is found out within seconds.
targets = elb.create_target_group(
    Name="web",
    Protocol="HTTP",
    Port=80,
    VpcId=vpc,
    HealthCheckPath="/",
    HealthCheckIntervalSeconds=5,
    HealthCheckTimeoutSeconds=2,
    HealthyThresholdCount=2,
    UnhealthyThresholdCount=2,
)["TargetGroups"][0]["TargetGroupArn"]
elb.create_listener(
    LoadBalancerArn=balancer["LoadBalancerArn"],
    Protocol="HTTP",
    Port=80,
    DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
)

ec2.get_waiter("instance_running").wait(InstanceIds=instances)
elb.register_targets(TargetGroupArn=targets, Targets=[{"Id": each} for each in instances])
elb.get_waiter("target_in_service").wait(TargetGroupArn=targets)
print(f"http://{balancer['DNSName']}/")
