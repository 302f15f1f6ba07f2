# Container instances of an Auto Scaling group behind a capacity provider, a service on them, and task sets.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {
  region                      = "us-east-1"
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_credentials_validation = true
}

variable "capacity" {
  default = 80
}

variable "scale" {
  default = 50
}

variable "desired" {
  default = 2
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }

  # Not every zone has every type.
  filter {
    name   = "availability-zone"
    values = ["us-east-1a", "us-east-1b"]
  }
}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}

resource "aws_iam_role" "host" {
  name = "tf-ecs-host"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "host" {
  role       = aws_iam_role.host.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
}

resource "aws_iam_instance_profile" "host" {
  name = "tf-ecs-host"
  role = aws_iam_role.host.name
}

resource "aws_ecs_account_setting_default" "trunking" {
  name  = "awsvpcTrunking"
  value = "enabled"
}

resource "aws_ecs_cluster" "hosts" {
  name = "tf-hosts"

  configuration {
    execute_command_configuration {
      logging = "DEFAULT"
    }
  }

  # One of its tags is a resource of its own.
  lifecycle {
    ignore_changes = [tags, tags_all]
  }
}

resource "aws_ecs_tag" "team" {
  resource_arn = aws_ecs_cluster.hosts.arn
  key          = "Team"
  value        = "web"
}

resource "aws_launch_template" "host" {
  name          = "tf-ecs-host"
  image_id      = data.aws_ssm_parameter.image.value
  instance_type = "t3.small"
  user_data     = base64encode("#!/bin/bash\necho ECS_CLUSTER=${aws_ecs_cluster.hosts.name} >> /etc/ecs/ecs.config\n")

  iam_instance_profile {
    arn = aws_iam_instance_profile.host.arn
  }
}

resource "aws_autoscaling_group" "host" {
  name                = "tf-ecs-host"
  min_size            = 2
  max_size            = 4
  vpc_zone_identifier = data.aws_subnets.default.ids

  launch_template {
    id      = aws_launch_template.host.id
    version = "$Latest"
  }

  tag {
    key                 = "AmazonECSManaged"
    value               = ""
    propagate_at_launch = true
  }
}

resource "aws_ecs_capacity_provider" "host" {
  name = "tf-host"

  auto_scaling_group_provider {
    auto_scaling_group_arn = aws_autoscaling_group.host.arn

    managed_scaling {
      status                    = "ENABLED"
      target_capacity           = var.capacity
      minimum_scaling_step_size = 1
      maximum_scaling_step_size = 2
    }
  }
}

resource "aws_ecs_cluster_capacity_providers" "hosts" {
  cluster_name       = aws_ecs_cluster.hosts.name
  capacity_providers = [aws_ecs_capacity_provider.host.name]

  default_capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.host.name
    weight            = 1
  }
}

resource "aws_cloudwatch_log_group" "web" {
  name              = "/ecs/tf-hosts"
  retention_in_days = 7
}

resource "aws_ecs_task_definition" "web" {
  family = "tf-hosts-web"

  container_definitions = jsonencode([{
    name         = "web"
    image        = "nginx:1.27"
    memory       = 128
    portMappings = [{ containerPort = 80, hostPort = 0 }]
    mountPoints  = [{ sourceVolume = "data", containerPath = "/data" }]
    ulimits      = [{ name = "nofile", softLimit = 1024, hardLimit = 4096 }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group  = aws_cloudwatch_log_group.web.name
        awslogs-region = "us-east-1"
      }
    }
  }])

  volume {
    name      = "data"
    host_path = "/srv/data"
  }

  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.os-type == linux"
  }
}

resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.hosts.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = var.desired
  depends_on      = [aws_ecs_cluster_capacity_providers.hosts]

  capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.host.name
    weight            = 1
  }

  ordered_placement_strategy {
    type  = "spread"
    field = "attribute:ecs.availability-zone"
  }

  ordered_placement_strategy {
    type  = "binpack"
    field = "memory"
  }

  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.instance-type =~ t3.*"
  }
}

resource "aws_ecs_service" "external" {
  name          = "external"
  cluster       = aws_ecs_cluster.hosts.id
  desired_count = var.desired

  deployment_controller {
    type = "EXTERNAL"
  }
}

resource "aws_ecs_task_set" "green" {
  service         = aws_ecs_service.external.id
  cluster         = aws_ecs_cluster.hosts.id
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "EC2"
  external_id     = "green"
  force_delete    = true

  scale {
    value = var.scale
  }

  tags = {
    Colour = "green"
  }
}

data "aws_ecs_cluster" "hosts" {
  cluster_name = aws_ecs_cluster.hosts.name
  depends_on   = [aws_ecs_service.web, aws_ecs_tag.team]
}

data "aws_ecs_service" "web" {
  service_name = aws_ecs_service.web.name
  cluster_arn  = aws_ecs_cluster.hosts.arn
}

data "aws_ecs_task_definition" "web" {
  task_definition = aws_ecs_task_definition.web.family
}

data "aws_ecs_container_definition" "web" {
  task_definition = aws_ecs_task_definition.web.arn
  container_name  = "web"
}

output "image" {
  value = data.aws_ecs_container_definition.web.image
}

output "revision" {
  value = data.aws_ecs_task_definition.web.revision
}
