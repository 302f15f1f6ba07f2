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

# 1. Two security groups: `front` for the load balancer, `web` for the servers.

# 2. A load balancer in two zones, a target group, a listener on port 80.

# 3. A launch template whose user data installs and starts a web server.

# 4. An Auto Scaling group over the same two zones, with the target group and the balancer's health checks.
