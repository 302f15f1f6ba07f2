# Paths of Reachability Analyzer and their analyses.

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

variable "name" {
  default = "first"
}

resource "aws_vpc" "main" {
  cidr_block = "10.60.0.0/16"
}

resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.60.1.0/24"
}

resource "aws_network_interface" "source" {
  subnet_id = aws_subnet.main.id
}

resource "aws_network_interface" "destination" {
  subnet_id = aws_subnet.main.id
}

resource "aws_ec2_network_insights_path" "main" {
  source           = aws_network_interface.source.id
  destination      = aws_network_interface.destination.id
  protocol         = "tcp"
  destination_port = 5432
  tags             = { Name = var.name }
}

resource "aws_ec2_network_insights_analysis" "main" {
  network_insights_path_id = aws_ec2_network_insights_path.main.id
  tags                     = { Name = var.name }
}

data "aws_ec2_network_insights_path" "main" {
  network_insights_path_id = aws_ec2_network_insights_path.main.id
}

data "aws_ec2_network_insights_analysis" "main" {
  network_insights_analysis_id = aws_ec2_network_insights_analysis.main.id
}

output "found" {
  value = aws_ec2_network_insights_analysis.main.path_found
}
