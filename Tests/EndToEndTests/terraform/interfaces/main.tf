# Network interfaces of their own, attached to an instance.

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

variable "description" {
  default = "second"
}

variable "addresses" {
  default = ["10.30.1.10", "10.30.1.11"]
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023*-kernel-6.1-x86_64"]
  }
}

resource "aws_vpc" "main" {
  cidr_block                       = "10.30.0.0/16"
  assign_generated_ipv6_cidr_block = true
}

resource "aws_subnet" "main" {
  vpc_id            = aws_vpc.main.id
  availability_zone = "us-east-1a"
  cidr_block        = "10.30.1.0/24"
  ipv6_cidr_block   = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 1)
}

resource "aws_security_group" "first" {
  name   = "first"
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group" "second" {
  name   = "second"
  vpc_id = aws_vpc.main.id
}

resource "aws_network_interface" "named" {
  subnet_id         = aws_subnet.main.id
  private_ips       = var.addresses
  description       = var.description
  security_groups   = [aws_security_group.first.id]
  source_dest_check = false
  tags              = { Name = var.description }
}

resource "aws_network_interface" "counted" {
  subnet_id          = aws_subnet.main.id
  private_ips_count  = length(var.addresses)
  ipv6_address_count = 1
}

resource "aws_instance" "host" {
  ami                    = data.aws_ami.linux.id
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.main.id
  vpc_security_group_ids = [aws_security_group.first.id]
}

resource "aws_network_interface_attachment" "named" {
  instance_id          = aws_instance.host.id
  network_interface_id = aws_network_interface.named.id
  device_index         = 1
}

resource "aws_network_interface" "inside" {
  subnet_id = aws_subnet.main.id

  attachment {
    instance     = aws_instance.host.id
    device_index = 2
  }
}

resource "aws_network_interface_sg_attachment" "host" {
  security_group_id    = aws_security_group.second.id
  network_interface_id = aws_network_interface.counted.id
}

data "aws_network_interface" "named" {
  id = aws_network_interface.named.id
}

data "aws_network_interfaces" "all" {
  filter {
    name   = "subnet-id"
    values = [aws_subnet.main.id]
  }
  depends_on = [aws_network_interface.counted]
}
