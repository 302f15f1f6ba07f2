# Makes the function word-count of count.mjs, with a role that may write logs.

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
  triggers_replace = filesha256("${path.module}/count.mjs")

  provisioner "local-exec" {
    working_dir = path.module
    command     = "python3 -m zipfile -c package.zip count.mjs"
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
  name               = "word-count-role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "function" {
  role       = aws_iam_role.function.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "function" {
  function_name = "word-count"
  role          = aws_iam_role.function.arn
  runtime       = "nodejs22.x"
  handler       = "count.handler"
  filename      = "${path.module}/package.zip"
  memory_size   = 256
  timeout       = 5

  depends_on = [terraform_data.package]
}
