# Experiment templates of AWS Fault Injection Service.

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

variable "duration" {
  default = "PT5M"
}

variable "description" {
  default = "One zone without capacity and without network"
}

variable "selection" {
  default = "COUNT(1)"
}

variable "stage" {
  default = "test"
}

resource "aws_vpc" "main" {
  cidr_block = "10.30.0.0/16"
}

resource "aws_subnet" "one" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.30.0.0/24"
  availability_zone = "us-east-1a"
}

resource "aws_iam_role" "faults" {
  name = "faults"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "fis.amazonaws.com" }
    }]
  })
}

resource "aws_cloudwatch_metric_alarm" "enough" {
  alarm_name          = "enough"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "Errors"
  namespace           = "Lab"
  period              = 60
  statistic           = "Sum"
  threshold           = 10
}

resource "aws_fis_experiment_template" "zone" {
  description = var.description
  role_arn    = aws_iam_role.faults.arn

  experiment_options {
    account_targeting            = "single-account"
    empty_target_resolution_mode = "skip"
  }

  stop_condition {
    source = "aws:cloudwatch:alarm"
    value  = aws_cloudwatch_metric_alarm.enough.arn
  }

  target {
    name           = "subnets"
    resource_type  = "aws:ec2:subnet"
    resource_arns  = [aws_subnet.one.arn]
    selection_mode = "ALL"
  }

  target {
    name           = "roles"
    resource_type  = "aws:iam:role"
    resource_arns  = [aws_iam_role.faults.arn]
    selection_mode = "ALL"
  }

  action {
    name      = "cut-off"
    action_id = "aws:network:disrupt-connectivity"

    parameter {
      key   = "duration"
      value = var.duration
    }

    parameter {
      key   = "scope"
      value = "all"
    }

    target {
      key   = "Subnets"
      value = "subnets"
    }
  }

  action {
    name        = "nothing-left"
    description = "No capacity in the zone."
    action_id   = "aws:ec2:api-insufficient-instance-capacity-error"
    start_after = ["cut-off"]

    parameter {
      key   = "duration"
      value = var.duration
    }

    parameter {
      key   = "availabilityZoneIdentifiers"
      value = "us-east-1a"
    }

    parameter {
      key   = "percentage"
      value = "100"
    }

    target {
      key   = "Roles"
      value = "roles"
    }
  }

  tags = {
    Stage = var.stage
  }
}

resource "aws_fis_experiment_template" "stop" {
  description = "Stops instances by tag"
  role_arn    = aws_iam_role.faults.arn

  stop_condition {
    source = "none"
  }

  target {
    name           = "web"
    resource_type  = "aws:ec2:instance"
    selection_mode = var.selection

    resource_tag {
      key   = "Tier"
      value = "web"
    }

    filter {
      path   = "State.Name"
      values = ["running"]
    }
  }

  action {
    name      = "stop"
    action_id = "aws:ec2:stop-instances"

    parameter {
      key   = "startInstancesAfterDuration"
      value = var.duration
    }

    target {
      key   = "Instances"
      value = "web"
    }
  }
}
