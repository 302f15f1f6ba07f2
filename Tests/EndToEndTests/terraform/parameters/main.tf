# KMS keys and aliases, and parameters of Parameter Store.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}


variable "value" {
  default = "one"
}

variable "rotated" {
  default = false
}

data "aws_caller_identity" "current" {}

resource "aws_kms_key" "app" {
  description             = "App ${var.value}"
  deletion_window_in_days = 7
  enable_key_rotation     = var.rotated
  tags                    = { Stage = var.value }
}

resource "aws_kms_key" "shared" {
  description = "Shared"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Root"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "app" {
  name          = "alias/app"
  target_key_id = var.rotated ? aws_kms_key.shared.key_id : aws_kms_key.app.key_id
}

resource "aws_kms_grant" "app" {
  key_id            = aws_kms_key.app.key_id
  grantee_principal = aws_iam_role.app.arn
  operations        = ["Encrypt", "Decrypt"]
}

resource "aws_iam_role" "app" {
  name               = "kms-app"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}

resource "aws_ssm_parameter" "plain" {
  name        = "/app/plain"
  type        = "String"
  value       = var.value
  description = "Plain"
  tags        = { Stage = var.value }
}

resource "aws_ssm_parameter" "list" {
  name  = "/app/list"
  type  = "StringList"
  value = "a,b"
}

resource "aws_ssm_parameter" "secret" {
  name   = "/app/secret"
  type   = "SecureString"
  value  = "hunter2-${var.value}"
  key_id = aws_kms_key.app.arn
}

resource "aws_ssm_parameter" "advanced" {
  name            = "/app/advanced"
  type            = "String"
  tier            = "Advanced"
  value           = "large"
  allowed_pattern = "^[a-z]+$"
}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

data "aws_ssm_parameter" "secret" {
  name       = aws_ssm_parameter.secret.name
  depends_on = [aws_ssm_parameter.secret]
}

data "aws_ssm_parameters_by_path" "app" {
  path       = "/app"
  depends_on = [aws_ssm_parameter.plain, aws_ssm_parameter.list, aws_ssm_parameter.advanced]
}

data "aws_kms_key" "app" {
  key_id = aws_kms_key.app.key_id
}

data "aws_kms_alias" "ebs" {
  name = "alias/aws/ebs"
}

data "aws_kms_alias" "app" {
  name       = aws_kms_alias.app.name
  depends_on = [aws_kms_alias.app]
}

resource "aws_ebs_volume" "sealed" {
  availability_zone = "us-east-1a"
  size              = 1
  encrypted         = true
  kms_key_id        = aws_kms_key.app.arn
}

output "secret" {
  value     = data.aws_ssm_parameter.secret.value
  sensitive = true
}
