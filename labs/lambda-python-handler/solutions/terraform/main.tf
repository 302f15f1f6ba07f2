# Makes the function order-total of order.py, with a role that may write logs.

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
  triggers_replace = filesha256("${path.module}/order.py")

  provisioner "local-exec" {
    working_dir = path.module
    command     = "python3 -m zipfile -c package.zip order.py"
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
  name               = "order-total-role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "function" {
  role       = aws_iam_role.function.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "function" {
  function_name = "order-total"
  role          = aws_iam_role.function.arn
  runtime       = "python3.12"
  handler       = "order.handle"
  filename      = "${path.module}/package.zip"
  memory_size   = 128
  timeout       = 5

  depends_on = [terraform_data.package]
}
