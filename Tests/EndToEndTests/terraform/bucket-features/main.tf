# The less common features of S3: replication, Object Lock, metrics, inventories, archives.

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

variable "days" {
  default = 7
}

resource "aws_s3_bucket" "origin" {
  bucket        = "replicated-origin"
  force_destroy = true
}

resource "aws_s3_bucket" "target" {
  bucket        = "replicated-target"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "both" {
  for_each = { origin = aws_s3_bucket.origin.id, target = aws_s3_bucket.target.id }
  bucket   = each.value
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_iam_role" "replication" {
  name               = "replication"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "s3.amazonaws.com" } }] })
}

resource "aws_s3_bucket_replication_configuration" "origin" {
  bucket     = aws_s3_bucket.origin.id
  role       = aws_iam_role.replication.arn
  depends_on = [aws_s3_bucket_versioning.both]
  rule {
    id       = "all"
    status   = "Enabled"
    priority = var.days
    filter {
      prefix = "data/"
    }
    delete_marker_replication {
      status = "Disabled"
    }
    destination {
      bucket        = aws_s3_bucket.target.arn
      storage_class = "STANDARD_IA"
    }
  }
}

resource "aws_s3_object" "replicated" {
  bucket     = aws_s3_bucket.origin.id
  key        = "data/${var.days}.txt"
  content    = "replicated"
  depends_on = [aws_s3_bucket_replication_configuration.origin]
}

resource "aws_s3_bucket" "locked" {
  bucket              = "locked-by-terraform"
  object_lock_enabled = true
}

resource "aws_s3_bucket_object_lock_configuration" "locked" {
  bucket = aws_s3_bucket.locked.id
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = var.days
    }
  }
}

resource "aws_s3_bucket_metric" "origin" {
  bucket = aws_s3_bucket.origin.id
  name   = "data"
  filter {
    prefix = "data/${var.days}/"
  }
}

resource "aws_s3_bucket_analytics_configuration" "origin" {
  bucket = aws_s3_bucket.origin.id
  name   = "whole"
}

resource "aws_s3_bucket_inventory" "origin" {
  bucket                   = aws_s3_bucket.origin.id
  name                     = "daily"
  included_object_versions = "All"
  schedule {
    frequency = "Daily"
  }
  destination {
    bucket {
      format     = "CSV"
      bucket_arn = aws_s3_bucket.target.arn
    }
  }
}

resource "aws_s3_bucket_intelligent_tiering_configuration" "origin" {
  bucket = aws_s3_bucket.origin.id
  name   = "archive"
  tiering {
    access_tier = "DEEP_ARCHIVE_ACCESS"
    days        = 180 + var.days
  }
}

resource "aws_s3_bucket_accelerate_configuration" "origin" {
  bucket = aws_s3_bucket.origin.id
  status = "Enabled"
}

resource "aws_s3_bucket_request_payment_configuration" "origin" {
  bucket = aws_s3_bucket.origin.id
  payer  = "Requester"
}

resource "aws_kms_key" "sealed" {
  deletion_window_in_days = 7
}

resource "aws_s3_bucket_server_side_encryption_configuration" "target" {
  bucket = aws_s3_bucket.target.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.sealed.arn
    }
  }
}
