# Peering connections within a region and between two.

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

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

variable "dns" {
  default = false
}

resource "aws_vpc" "first" {
  cidr_block           = "10.50.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_vpc" "second" {
  cidr_block           = "10.51.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_vpc" "west" {
  provider   = aws.west
  cidr_block = "10.52.0.0/16"
}

resource "aws_vpc_peering_connection" "near" {
  vpc_id      = aws_vpc.first.id
  peer_vpc_id = aws_vpc.second.id
  auto_accept = true
  tags        = { Dns = var.dns }

  requester {
    allow_remote_vpc_dns_resolution = var.dns
  }
}

resource "aws_vpc_peering_connection" "far" {
  vpc_id      = aws_vpc.first.id
  peer_vpc_id = aws_vpc.west.id
  peer_region = "us-west-2"
}

resource "aws_vpc_peering_connection_accepter" "far" {
  provider                  = aws.west
  vpc_peering_connection_id = aws_vpc_peering_connection.far.id
  auto_accept               = true
}

resource "aws_vpc_peering_connection_options" "far" {
  provider                  = aws.west
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.far.id

  accepter {
    allow_remote_vpc_dns_resolution = var.dns
  }
}

resource "aws_route" "near" {
  route_table_id            = aws_vpc.first.main_route_table_id
  destination_cidr_block    = aws_vpc.second.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.near.id
}

data "aws_vpc_peering_connection" "near" {
  id = aws_vpc_peering_connection.near.id
}

data "aws_vpc_peering_connections" "all" {
  filter {
    name   = "requester-vpc-info.vpc-id"
    values = [aws_vpc.first.id]
  }
  depends_on = [aws_vpc_peering_connection.far]
}
