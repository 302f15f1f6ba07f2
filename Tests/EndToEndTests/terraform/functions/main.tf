# A function with an alias, an address, a layer, permissions, a queue that triggers it, and a log group.

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

variable "package" {
  default = "first.zip"
}

variable "memory" {
  default = 256
}

resource "aws_iam_role" "handler" {
  name = "tf-handler"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.handler.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_cloudwatch_log_group" "handler" {
  name              = "/aws/lambda/tf-handler"
  retention_in_days = 7
}

resource "aws_lambda_layer_version" "helpers" {
  layer_name          = "tf-helpers"
  filename            = "layer.zip"
  compatible_runtimes = ["python3.12"]
}

resource "aws_lambda_function" "handler" {
  function_name    = "tf-handler"
  role             = aws_iam_role.handler.arn
  runtime          = "python3.12"
  handler          = "handler.handle"
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  memory_size      = var.memory
  timeout          = 10
  publish          = true
  layers           = [aws_lambda_layer_version.helpers.arn]

  environment {
    variables = {
      STAGE = "test"
    }
  }

  tags = {
    Course = "compute"
  }

  depends_on = [aws_cloudwatch_log_group.handler]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.handler.function_name
  function_version = aws_lambda_function.handler.version
}

resource "aws_lambda_function_url" "live" {
  function_name      = aws_lambda_function.handler.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = "NONE"

  cors {
    allow_origins = ["*"]
  }
}

resource "aws_lambda_permission" "bucket" {
  statement_id  = "bucket"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.handler.function_name
  principal     = "s3.amazonaws.com"
  source_arn    = "arn:aws:s3:::a-bucket"
}

resource "aws_lambda_function_event_invoke_config" "handler" {
  function_name                = aws_lambda_function.handler.function_name
  maximum_event_age_in_seconds = 300
  maximum_retry_attempts       = 1

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failed.arn
    }
  }
}

resource "aws_sqs_queue" "failed" {
  name = "tf-failed"
}

resource "aws_sqs_queue" "work" {
  name                       = "tf-lambda-work"
  visibility_timeout_seconds = 60
}

resource "aws_lambda_event_source_mapping" "work" {
  function_name           = aws_lambda_function.handler.arn
  event_source_arn        = aws_sqs_queue.work.arn
  batch_size              = 5
  function_response_types = ["ReportBatchItemFailures"]
}
