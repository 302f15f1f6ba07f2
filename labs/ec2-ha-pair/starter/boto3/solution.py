"""Your solution with boto3. Region and credentials are set. The task is in the lab's README."""

import boto3

# Who am I, and where? This works already.
print(boto3.client("sts").get_caller_identity()["Arn"])
ec2 = boto3.client("ec2")
print([zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]])

# 1. Find the newest Amazon Linux 2023 image.

# 2. Make the security group `web` and open port 80.

# 3. Choose two subnets, and launch an instance in each.

# 4. Wait until both are running.
