# Log groups with a stream, a metric filter and a resource policy.

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

variable "retention" {
  default = 7
}

variable "pattern" {
  default = "ERROR"
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/tf/app"
  retention_in_days = var.retention

  tags = {
    Course = "compute"
  }
}

resource "aws_cloudwatch_log_group" "forever" {
  name_prefix = "/tf/forever-"
}

resource "aws_cloudwatch_log_stream" "app" {
  name           = "boot"
  log_group_name = aws_cloudwatch_log_group.app.name
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "errors"
  log_group_name = aws_cloudwatch_log_group.app.name
  pattern        = var.pattern

  metric_transformation {
    name          = "Errors"
    namespace     = "App"
    value         = "1"
    default_value = 0
  }
}

resource "aws_cloudwatch_log_resource_policy" "dns" {
  policy_name = "tf-dns"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "route53.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "arn:aws:logs:*:*:log-group:/aws/route53/*"
    }]
  })
}
