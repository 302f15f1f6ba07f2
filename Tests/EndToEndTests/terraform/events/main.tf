# Rules with patterns and schedules, a bus with a policy, an archive, targets of many kinds.

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

variable "state" {
  default = "ENABLED"
}

variable "rate" {
  default = "rate(5 minutes)"
}

data "aws_iam_policy_document" "events" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com", "lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "events" {
  name               = "tf-events"
  assume_role_policy = data.aws_iam_policy_document.events.json
}

resource "aws_cloudwatch_event_bus" "shop" {
  name        = "tf-shop"
  description = "orders"
}

resource "aws_cloudwatch_event_permission" "other" {
  principal      = "111122223333"
  statement_id   = "other"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
}

resource "aws_cloudwatch_event_archive" "all" {
  name             = "tf-all"
  event_source_arn = aws_cloudwatch_event_bus.shop.arn
  retention_days   = 7
  event_pattern    = jsonencode({ source = ["shop"] })
}

resource "aws_cloudwatch_event_rule" "orders" {
  name           = "tf-orders"
  description    = "large orders"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  state          = var.state
  event_pattern = jsonencode({
    source = [{ prefix = "shop" }]
    detail = { total = [{ numeric = [">", 100] }], kind = [{ anything-but = ["test"] }] }
  })
  tags = {
    Course = "compute"
  }
}

resource "aws_cloudwatch_event_rule" "often" {
  name                = "tf-often"
  schedule_expression = var.rate
}

resource "aws_sqs_queue" "orders" {
  name = "tf-large-orders"
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.orders.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.orders.arn } }
    }]
  })
}

resource "aws_cloudwatch_event_target" "queue" {
  rule           = aws_cloudwatch_event_rule.orders.name
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  target_id      = "queue"
  arn            = aws_sqs_queue.orders.arn

  input_transformer {
    input_paths    = { id = "$.detail.id", total = "$.detail.total" }
    input_template = "{\"order\": <id>, \"text\": \"total <total>\"}"
  }

  retry_policy {
    maximum_event_age_in_seconds = 600
    maximum_retry_attempts       = 3
  }

  dead_letter_config {
    arn = aws_sqs_queue.orders.arn
  }
}

resource "aws_kinesis_stream" "events" {
  name        = "tf-events"
  shard_count = 1
}

resource "aws_cloudwatch_event_target" "stream" {
  rule     = aws_cloudwatch_event_rule.often.name
  arn      = aws_kinesis_stream.events.arn
  role_arn = aws_iam_role.events.arn

  kinesis_target {
    partition_key_path = "$.detail.key"
  }
}

resource "aws_cloudwatch_event_target" "bus" {
  rule     = aws_cloudwatch_event_rule.often.name
  arn      = aws_cloudwatch_event_bus.shop.arn
  role_arn = aws_iam_role.events.arn
}

resource "aws_cloudwatch_log_group" "events" {
  name = "/aws/events/tf"
}

resource "aws_cloudwatch_event_target" "logs" {
  rule  = aws_cloudwatch_event_rule.often.name
  arn   = aws_cloudwatch_log_group.events.arn
  input = jsonencode({ constant = true })
}

resource "aws_lambda_function" "often" {
  function_name = "tf-often"
  role          = aws_iam_role.events.arn
  runtime       = "python3.12"
  handler       = "handler.handle"
  filename      = "code.zip"
}

resource "aws_lambda_permission" "events" {
  statement_id  = "AllowExecutionFromEventBridge"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.often.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.often.arn
}

resource "aws_cloudwatch_event_target" "function" {
  rule      = aws_cloudwatch_event_rule.often.name
  target_id = "function"
  arn       = aws_lambda_function.often.arn
}

resource "aws_cloudwatch_event_connection" "partner" {
  name               = "tf-partner"
  authorization_type = "API_KEY"

  auth_parameters {
    api_key {
      key   = "X-Key"
      value = "hush"
    }
  }
}

resource "aws_cloudwatch_event_connection" "sign_in" {
  name               = "tf-sign-in"
  description        = var.state
  authorization_type = "OAUTH_CLIENT_CREDENTIALS"

  auth_parameters {
    oauth {
      authorization_endpoint = "https://example.org/token"
      http_method            = "POST"

      client_parameters {
        client_id     = "id"
        client_secret = "hush"
      }

      oauth_http_parameters {
        body {
          key             = "scope"
          value           = "write"
          is_value_secret = false
        }
      }
    }
  }
}

resource "aws_cloudwatch_event_api_destination" "partner" {
  name                             = "tf-partner"
  description                      = var.state
  connection_arn                   = aws_cloudwatch_event_connection.partner.arn
  invocation_endpoint              = "https://example.org/hooks"
  http_method                      = "POST"
  invocation_rate_limit_per_second = 20
}

data "aws_cloudwatch_event_connection" "partner" {
  name = aws_cloudwatch_event_connection.partner.name
}

output "secret" {
  value = data.aws_cloudwatch_event_connection.partner.secret_arn
}
