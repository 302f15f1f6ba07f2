# The task definition with Terraform; the account's role, log group and parameter are looked up.

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

data "aws_cloudwatch_log_group" "web" {
  name = "/ecs/web"
}

data "aws_ssm_parameter" "password" {
  name            = "/shop/db-password"
  with_decryption = false
}

data "aws_region" "current" {}

locals {
  logs = {
    logDriver = "awslogs"
    options = {
      awslogs-group         = data.aws_cloudwatch_log_group.web.name
      awslogs-region        = data.aws_region.current.name
      awslogs-stream-prefix = "web"
    }
  }
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = data.aws_iam_role.execution.arn

  container_definitions = jsonencode([
    {
      name             = "init"
      image            = "public.ecr.aws/docker/library/busybox:1.37"
      essential        = false
      command          = ["true"]
      logConfiguration = local.logs
    },
    {
      name             = "app"
      image            = "public.ecr.aws/docker/library/nginx:1.27"
      portMappings     = [{ containerPort = 80 }]
      environment      = [{ name = "STAGE", value = "production" }]
      secrets          = [{ name = "DB_PASSWORD", valueFrom = data.aws_ssm_parameter.password.arn }]
      dependsOn        = [{ containerName = "init", condition = "SUCCESS" }]
      healthCheck      = { command = ["CMD-SHELL", "curl -f http://localhost/ || exit 1"], interval = 10, startPeriod = 10 }
      logConfiguration = local.logs
    },
  ])
}
