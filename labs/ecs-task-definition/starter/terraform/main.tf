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

data "aws_iam_role" "execution" {
  name = "ecsTaskExecutionRole"
}

# resource "aws_ecs_task_definition" "web" { … }
