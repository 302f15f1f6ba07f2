# Your solution with the aws CLI. Region and credentials are set. The task is in the lab's README.

# 1. A VPC, and two subnets of each tier in two zones, tagged `Tier`.

# 2. An internet gateway and a route table for the public tier.

# 3. A NAT gateway and a route table for the private tier.

# 4. The security groups, and the two servers, tagged `Role`.
