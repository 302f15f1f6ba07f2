import boto3

ec2 = boto3.client("ec2")
ecs = boto3.client("ecs")

for subnet in ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]:
    print(subnet["SubnetId"], subnet["AvailabilityZone"])

# ecs.create_cluster(…)
