# Makes the function resize-worker of worker.py, with a role that may write logs.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region                  = "us-east-1"
  skip_metadata_api_check = true
}

# The deployment package. Where the provider hashicorp/archive is at hand, its archive_file does the same.
resource "terraform_data" "package" {
  triggers_replace = filesha256("${path.module}/worker.py")

  provisioner "local-exec" {
    working_dir = path.module
    command     = "python3 -m zipfile -c package.zip worker.py"
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  name               = "resize-worker-role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "function" {
  role       = aws_iam_role.function.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
}

resource "aws_lambda_function" "function" {
  function_name = "resize-worker"
  role          = aws_iam_role.function.arn
  runtime       = "python3.12"
  handler       = "worker.handle"
  filename      = "${path.module}/package.zip"
  memory_size   = 128
  timeout       = 10

  depends_on = [terraform_data.package]
}

resource "aws_sqs_queue" "failed" {
  name = "resize-failed"
}

resource "aws_sqs_queue" "jobs" {
  name                       = "resize-jobs"
  visibility_timeout_seconds = 60

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.failed.arn
    maxReceiveCount     = 3
  })
}

resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn        = aws_sqs_queue.jobs.arn
  function_name           = aws_lambda_function.function.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
}
