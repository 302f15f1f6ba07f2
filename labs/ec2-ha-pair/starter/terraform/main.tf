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

# 1. Find the newest Amazon Linux 2023 image, and a default subnet in each of two zones.

# 2. Make a security group that opens port 80.

# 3. Launch a web server in each subnet.

# 4. Make the load balancer, its target group with both servers, and a listener.
