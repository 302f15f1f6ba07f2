# Metric alarms, a composite alarm and a dashboard.

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

variable "threshold" {
  default = 80
}

variable "actions" {
  default = true
}

variable "team" {
  default = "blue"
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023*-kernel-6.1-x86_64"]
  }
}

resource "aws_instance" "web" {
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
}

resource "aws_cloudwatch_metric_alarm" "cpu" {
  alarm_name                = "cpu"
  alarm_description         = "The instance is busy."
  comparison_operator       = "GreaterThanThreshold"
  evaluation_periods        = 3
  datapoints_to_alarm       = 2
  metric_name               = "CPUUtilization"
  namespace                 = "AWS/EC2"
  period                    = 300
  statistic                 = "Average"
  threshold                 = var.threshold
  treat_missing_data        = "notBreaching"
  actions_enabled           = var.actions
  alarm_actions             = ["arn:aws:automate:us-east-1:ec2:stop"]
  ok_actions                = ["arn:aws:sns:us-east-1:123456789012:operators"]
  insufficient_data_actions = []

  dimensions = {
    InstanceId = aws_instance.web.id
  }

  tags = {
    Team = var.team
  }
}

resource "aws_cloudwatch_metric_alarm" "slow" {
  alarm_name                            = "slow"
  comparison_operator                   = "GreaterThanOrEqualToThreshold"
  evaluation_periods                    = 1
  metric_name                           = "Latency"
  namespace                             = "Lab"
  period                                = 60
  extended_statistic                    = "p99"
  evaluate_low_sample_count_percentiles = "ignore"
  unit                                  = "Milliseconds"
  threshold                             = var.threshold * 2.5
}

resource "aws_cloudwatch_metric_alarm" "rate" {
  alarm_name          = "rate"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 2
  threshold           = var.threshold

  metric_query {
    id          = "rate"
    expression  = "100 * failed / FILL(tried, 1)"
    label       = "failed, in per cent"
    return_data = true
  }

  metric_query {
    id = "failed"

    metric {
      namespace   = "Lab"
      metric_name = "Failed"
      period      = 120
      stat        = "Sum"
      unit        = "Count"
      dimensions  = { Service = "web" }
    }
  }

  metric_query {
    id = "tried"

    metric {
      namespace   = "Lab"
      metric_name = "Tried"
      period      = 120
      stat        = "Sum"
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "either" {
  alarm_name      = "either"
  alarm_rule      = "ALARM(${aws_cloudwatch_metric_alarm.cpu.alarm_name}) OR ALARM(\"${aws_cloudwatch_metric_alarm.rate.alarm_name}\")"
  actions_enabled = var.actions
  alarm_actions   = ["arn:aws:sns:us-east-1:123456789012:operators"]

  actions_suppressor {
    alarm            = aws_cloudwatch_metric_alarm.slow.alarm_name
    wait_period      = 60
    extension_period = 30
  }

  tags = {
    Team = var.team
  }
}

resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = "main"

  dashboard_body = jsonencode({
    widgets = [{
      type   = "metric"
      width  = 12
      height = 6

      properties = {
        metrics = [["AWS/EC2", "CPUUtilization", "InstanceId", aws_instance.web.id]]
        region  = "us-east-1"
        title   = var.team
      }
    }]
  })
}
