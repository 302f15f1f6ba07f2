# Elastic IPs and NAT gateways.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

variable "stage" {
  default = "test"
}

variable "moved" {
  default = false
}

resource "aws_vpc" "lab" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.lab.id
  cidr_block        = "10.0.0.0/24"
  availability_zone = "eu-central-1a"
}

resource "aws_subnet" "private" {
  vpc_id            = aws_vpc.lab.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "eu-central-1a"
}

resource "aws_internet_gateway" "lab" {
  tags = {
    Stage = var.stage
  }
}

resource "aws_internet_gateway_attachment" "lab" {
  vpc_id              = aws_vpc.lab.id
  internet_gateway_id = aws_internet_gateway.lab.id
}

resource "aws_eip" "nat" {
  domain = "vpc"

  tags = {
    Name  = "nat"
    Stage = var.stage
  }

  depends_on = [aws_internet_gateway_attachment.lab]
}

resource "aws_nat_gateway" "public" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id

  tags = {
    Stage = var.stage
  }

  depends_on = [aws_internet_gateway_attachment.lab]
}

resource "aws_nat_gateway" "private" {
  connectivity_type = "private"
  subnet_id         = aws_subnet.private.id
  private_ip        = "10.0.1.20"
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.lab.id
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = var.moved ? aws_nat_gateway.private.id : aws_nat_gateway.public.id
}

resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}

data "aws_ami" "linux" {
  owners      = ["amazon"]
  most_recent = true

  filter {
    name   = "name"
    values = ["al2023-ami-2023*-kernel-6.1-x86_64"]
  }
}

resource "aws_instance" "web" {
  count         = 2
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.public.id
}

resource "aws_eip" "web" {
  domain = "vpc"
}

resource "aws_eip_association" "web" {
  allocation_id = aws_eip.web.id
  instance_id   = aws_instance.web[0].id
  depends_on    = [aws_internet_gateway_attachment.lab]
}

resource "aws_eip" "direct" {
  domain     = "vpc"
  instance   = aws_instance.web[1].id
  depends_on = [aws_internet_gateway_attachment.lab]
}

data "aws_nat_gateway" "public" {
  id = aws_nat_gateway.public.id
}

data "aws_nat_gateways" "lab" {
  vpc_id     = aws_vpc.lab.id
  depends_on = [aws_nat_gateway.public, aws_nat_gateway.private]
}

data "aws_eip" "nat" {
  filter {
    name   = "tag:Name"
    values = [aws_eip.nat.tags.Name]
  }
}

data "aws_eips" "all" {
  depends_on = [aws_eip.nat, aws_eip.web, aws_eip.direct]
}

check "data_sources" {
  assert {
    condition = alltrue([
      data.aws_nat_gateway.public.public_ip == aws_eip.nat.public_ip,
      length(data.aws_nat_gateways.lab.ids) == 2,
      data.aws_eip.nat.id == aws_eip.nat.id,
      length(data.aws_eips.all.allocation_ids) == 3,
    ])
    error_message = "A data source does not agree with its resource."
  }
}
