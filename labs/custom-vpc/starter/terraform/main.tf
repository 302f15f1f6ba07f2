# Your solution with Terraform. Region and credentials are set. The task is in the lab's README.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  skip_metadata_api_check = true
}

# Who am I, and where? This works already.
data "aws_caller_identity" "me" {}

data "aws_availability_zones" "all" {}

output "zones" {
  value = data.aws_availability_zones.all.names
}

# 1. A VPC, and two subnets of each tier in two zones, tagged `Tier`.

# 2. An internet gateway and a route table for the public tier.

# 3. A NAT gateway and a route table for the private tier.

# 4. The security groups, and the two servers, tagged `Role`.
