"""Two web servers in two Availability Zones, with boto3."""

import boto3

OWNER = {"Key": "Owner", "Value": "ada"}

ec2 = boto3.client("ec2")

images = ec2.describe_images(
    Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-ami-2023.*-x86_64"]}]
)["Images"]
image = max(images, key=lambda each: each["CreationDate"])["ImageId"]

vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]

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

# One default subnet for each zone: the first two zones by name.
pages = ec2.get_paginator("describe_subnets").paginate(
    Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default-for-az", "Values": ["true"]}]
)
subnets = sorted((subnet for page in pages for subnet in page["Subnets"]), key=lambda each: each["AvailabilityZone"])

instances = []
for number, subnet in enumerate(subnets[:2], start=1):
    launched = ec2.run_instances(
        ImageId=image,
        InstanceType="t3.micro",
        SubnetId=subnet["SubnetId"],
        SecurityGroupIds=[group],
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": f"web-{number}"}, OWNER]}
        ],
    )
    instances.append(launched["Instances"][0]["InstanceId"])

ec2.get_waiter("instance_running").wait(InstanceIds=instances)
for reservation in ec2.describe_instances(InstanceIds=instances)["Reservations"]:
    for instance in reservation["Instances"]:
        print(instance["InstanceId"], instance["Placement"]["AvailabilityZone"], instance["State"]["Name"])
