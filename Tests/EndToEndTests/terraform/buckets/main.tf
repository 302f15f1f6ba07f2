# S3 buckets with what they are configured with, and objects.

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

variable "stage" {
  default = "one"
}

variable "enabled" {
  default = true
}

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "site" {
  bucket        = "site-of-the-course"
  force_destroy = true
  tags          = { Stage = var.stage }
}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "logs-"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "site" {
  bucket = aws_s3_bucket.site.id
  versioning_configuration {
    status = var.enabled ? "Enabled" : "Suspended"
  }
}

resource "aws_s3_bucket_public_access_block" "site" {
  bucket                  = aws_s3_bucket.site.id
  block_public_acls       = true
  block_public_policy     = false
  ignore_public_acls      = true
  restrict_public_buckets = var.enabled
}

data "aws_iam_policy_document" "site" {
  statement {
    sid       = "Read${title(var.stage)}"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.site.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_s3_bucket_policy" "site" {
  bucket     = aws_s3_bucket.site.id
  policy     = data.aws_iam_policy_document.site.json
  depends_on = [aws_s3_bucket_public_access_block.site]
}

resource "aws_s3_bucket_notification" "site" {
  bucket      = aws_s3_bucket.site.id
  eventbridge = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_acl" "logs" {
  bucket     = aws_s3_bucket.logs.id
  acl        = "log-delivery-write"
  depends_on = [aws_s3_bucket_ownership_controls.logs]
}

resource "aws_s3_bucket_logging" "site" {
  bucket        = aws_s3_bucket.site.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "site/"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://example.com"]
    max_age_seconds = 300
  }
}

resource "aws_s3_bucket_website_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  index_document {
    suffix = "index.html"
  }
  error_document {
    key = "404.html"
  }
}

resource "aws_s3_object" "index" {
  bucket       = aws_s3_bucket.site.id
  key          = "pages/index.html"
  content      = "<h1>${var.stage}</h1>"
  content_type = "text/html"
  tags         = { Stage = var.stage }
  depends_on   = [aws_s3_bucket_versioning.site]
}

resource "aws_s3_object_copy" "index" {
  bucket            = aws_s3_bucket.site.id
  key               = "pages/copy.html"
  source            = "${aws_s3_object.index.bucket}/${aws_s3_object.index.key}"
  tagging_directive = "REPLACE"
}

data "aws_s3_bucket" "site" {
  bucket = aws_s3_bucket.site.id
}

data "aws_s3_objects" "pages" {
  bucket     = aws_s3_bucket.site.id
  prefix     = "pages/"
  depends_on = [aws_s3_object.index, aws_s3_object_copy.index]
}

output "keys" {
  value = data.aws_s3_objects.pages.keys
}
