# A repository of container images with its policies, and what is known of it.

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

variable "mutability" {
  default = "MUTABLE"
}

variable "keep" {
  default = 10
}

resource "aws_ecr_repository" "web" {
  name                 = "tf/web"
  image_tag_mutability = var.mutability
  force_delete         = true

  image_scanning_configuration {
    scan_on_push = var.mutability == "MUTABLE"
  }

  encryption_configuration {
    encryption_type = "AES256"
  }

  tags = {
    Course = "compute"
  }
}

resource "aws_ecr_lifecycle_policy" "web" {
  repository = aws_ecr_repository.web.name

  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Keep the newest images"
      selection = {
        tagStatus   = "any"
        countType   = "imageCountMoreThan"
        countNumber = var.keep
      }
      action = { type = "expire" }
    }]
  })
}

data "aws_iam_policy_document" "pull" {
  statement {
    sid     = "Pull"
    actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

resource "aws_ecr_repository_policy" "web" {
  repository = aws_ecr_repository.web.name
  policy     = data.aws_iam_policy_document.pull.json
}

data "aws_ecr_repository" "web" {
  name = aws_ecr_repository.web.name
}

output "url" {
  value = data.aws_ecr_repository.web.repository_url
}
