# What every region of a new account has.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "stage" {
  default = "test"
}

resource "aws_default_vpc" "this" {
  tags = {
    Name = "default"
  }
}

resource "aws_default_subnet" "first" {
  availability_zone       = "eu-west-1a"
  map_public_ip_on_launch = var.stage == "test"

  tags = {
    Stage = var.stage
  }
}

resource "aws_default_vpc_dhcp_options" "this" {}

data "aws_vpc" "default" {
  default    = true
  depends_on = [aws_default_vpc.this]
}

data "aws_subnets" "default" {
  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}

check "data_sources" {
  assert {
    condition     = data.aws_vpc.default.id == aws_default_vpc.this.id && length(data.aws_subnets.default.ids) == 3
    error_message = "A data source does not agree with its resource."
  }
}
