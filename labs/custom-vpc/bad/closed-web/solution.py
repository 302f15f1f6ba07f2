"""The web server lets nobody in."""

import boto3

USER_DATA = """#!/bin/bash
dnf install -y httpd
echo hello > /var/www/html/index.html
systemctl enable --now httpd
"""

ec2 = boto3.client("ec2")

vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
ec2.get_waiter("vpc_available").wait(VpcIds=[vpc])


def subnet(cidr, zone, tier):
    tags = [{"ResourceType": "subnet", "Tags": [{"Key": "Tier", "Value": tier}]}]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone, TagSpecifications=tags)
    return made["Subnet"]["SubnetId"]


public = [subnet("10.20.0.0/24", "us-east-1a", "public"), subnet("10.20.1.0/24", "us-east-1b", "public")]
private = [subnet("10.20.10.0/24", "us-east-1a", "private"), subnet("10.20.11.0/24", "us-east-1b", "private")]
for each in public:
    ec2.modify_subnet_attribute(SubnetId=each, MapPublicIpOnLaunch={"Value": True})


def route_table(subnets, **target):
    """A route table whose default route leads to a gateway."""
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
    for each in subnets:
        ec2.associate_route_table(RouteTableId=table, SubnetId=each)


gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
route_table(public, GatewayId=gateway)

address = ec2.allocate_address(Domain="vpc")["AllocationId"]
nat = ec2.create_nat_gateway(SubnetId=public[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat])
route_table(private, NatGatewayId=nat)


def security_group(name, port, source):
    group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port} | source
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    return group


web = security_group("web", 8080, {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]})
db = security_group("db", 5432, {"UserIdGroupPairs": [{"GroupId": web}]})

images = ec2.describe_images(
    Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-ami-2023.*-x86_64"]}]
)["Images"]
image = max(images, key=lambda each: each["CreationDate"])["ImageId"]


def launch(subnet_id, group, role):
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Role", "Value": role}]}]
    launched = ec2.run_instances(
        ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet_id, SecurityGroupIds=[group],
        UserData=USER_DATA if role == "web" else "", TagSpecifications=tags,
    )
    return launched["Instances"][0]["InstanceId"]


ids = [launch(public[0], web, "web"), launch(private[1], db, "db")]
ec2.get_waiter("instance_running").wait(InstanceIds=ids)
