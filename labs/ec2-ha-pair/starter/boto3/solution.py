"""Your solution with boto3. Region and credentials are set. The task is in the lab's README."""

import boto3

# Who am I, and where? This works already.
print(boto3.client("sts").get_caller_identity()["Arn"])
ec2 = boto3.client("ec2")
print([zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]])

# 1. Find the newest Amazon Linux 2023 image.

# 2. Make a security group that opens port 80.

# 3. Choose two subnets in two zones, and launch a web server in each.

# 4. Make the load balancer, its target group and a listener on port 80.

# 5. Wait until both servers run, register them, and wait until the balancer finds them healthy.
