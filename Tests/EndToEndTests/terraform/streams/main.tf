# Streams with a consumer and a policy, and a function that reads one.

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

variable "shards" {
  default = 1
}

variable "hours" {
  default = 24
}

variable "batch" {
  default = 50
}

resource "aws_kinesis_stream" "orders" {
  name                = "tf-orders"
  shard_count         = var.shards
  retention_period    = var.hours
  shard_level_metrics = ["IncomingBytes", "OutgoingBytes"]
  encryption_type     = "KMS"
  kms_key_id          = "alias/aws/kinesis"

  stream_mode_details {
    stream_mode = "PROVISIONED"
  }

  tags = {
    Course = "compute"
  }
}

resource "aws_kinesis_stream" "free" {
  name = "tf-free"

  stream_mode_details {
    stream_mode = "ON_DEMAND"
  }
}

resource "aws_kinesis_stream_consumer" "reader" {
  name       = "tf-reader"
  stream_arn = aws_kinesis_stream.free.arn
}

resource "aws_kinesis_resource_policy" "free" {
  resource_arn = aws_kinesis_stream.free.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::123456789012:root" }
      Action    = ["kinesis:PutRecord", "kinesis:PutRecords"]
      Resource  = aws_kinesis_stream.free.arn
    }]
  })
}

resource "aws_iam_role" "reads" {
  name = "tf-reads-streams"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "reads" {
  role       = aws_iam_role.reads.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole"
}

resource "aws_sqs_queue" "dead" {
  name = "tf-dead-records"
}

resource "aws_lambda_function" "reads" {
  function_name = "tf-reads"
  role          = aws_iam_role.reads.arn
  runtime       = "python3.12"
  handler       = "handler.handle"
  filename      = "code.zip"
}

resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn                   = aws_kinesis_stream.orders.arn
  function_name                      = aws_lambda_function.reads.arn
  starting_position                  = "TRIM_HORIZON"
  batch_size                         = var.batch
  maximum_batching_window_in_seconds = 5
  parallelization_factor             = 2
  bisect_batch_on_function_error     = true
  maximum_retry_attempts             = 3
  maximum_record_age_in_seconds      = 3600
  function_response_types            = ["ReportBatchItemFailures"]

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.dead.arn
    }
  }

  filter_criteria {
    filter {
      pattern = jsonencode({ data = { total = [{ numeric = [">", 10] }] } })
    }
  }
}
