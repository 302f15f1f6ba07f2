# Schedules in a group: a rate, a cron in a time zone, a single time, with targets of several kinds.

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

variable "rate" {
  default = "rate(5 minutes)"
}

variable "state" {
  default = "ENABLED"
}

resource "aws_iam_role" "scheduler" {
  name = "tf-scheduler"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_scheduler_schedule_group" "course" {
  name = "tf-course"
  tags = {
    Course = "compute"
  }
}

resource "aws_sqs_queue" "work" {
  name = "tf-scheduled"
}

resource "aws_scheduler_schedule" "often" {
  name                = "tf-often"
  group_name          = aws_scheduler_schedule_group.course.name
  schedule_expression = var.rate
  state               = var.state

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_sqs_queue.work.arn
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ hello = "world" })

    retry_policy {
      maximum_event_age_in_seconds = 300
      maximum_retry_attempts       = 10
    }

    dead_letter_config {
      arn = aws_sqs_queue.work.arn
    }
  }
}

resource "aws_scheduler_schedule" "nightly" {
  name                         = "tf-nightly"
  description                  = "stops what runs"
  schedule_expression          = "cron(0 20 ? * MON-FRI *)"
  schedule_expression_timezone = "Europe/Berlin"
  start_date                   = "2035-01-01T00:00:00Z"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = "arn:aws:scheduler:::aws-sdk:ec2:stopInstances"
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ InstanceIds = ["i-0123456789abcdef0"] })
  }
}

resource "aws_scheduler_schedule" "once" {
  name                = "tf-once"
  schedule_expression = "at(2035-06-01T12:00:00)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:aws:events:us-east-1:123456789012:event-bus/default"
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ hello = "world" })

    eventbridge_parameters {
      detail_type = "Reminder"
      source      = "course"
    }
  }
}
