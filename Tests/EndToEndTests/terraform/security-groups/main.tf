# Security groups with inline rules, with rules of their own of both kinds, key pairs.

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

variable "office" {
  default = "203.0.113.0/24"
}

variable "description" {
  default = "HTTPS"
}

resource "aws_vpc" "main" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_default_security_group" "default" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol  = "-1"
    self      = true
    from_port = 0
    to_port   = 0
  }
}

resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "offices"
  address_family = "IPv4"
  max_entries    = 5

  entry {
    cidr        = var.office
    description = "main"
  }

  tags = { Office = var.office }
}

resource "aws_ec2_managed_prefix_list_entry" "lab" {
  cidr           = "198.51.100.0/24"
  description    = "lab"
  prefix_list_id = aws_ec2_managed_prefix_list.more.id
}

resource "aws_ec2_managed_prefix_list" "more" {
  name           = "more"
  address_family = "IPv4"
  max_entries    = 3
}

resource "aws_security_group" "inline" {
  name        = "inline"
  description = "rules inside"
  vpc_id      = aws_vpc.main.id

  ingress {
    description = var.description
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8", var.office]
  }

  ingress {
    from_port        = 80
    to_port          = 80
    protocol         = "tcp"
    self             = true
    ipv6_cidr_blocks = ["2001:db8::/32"]
    security_groups  = [aws_security_group.separate.id]
  }

  ingress {
    from_port = 8
    to_port   = 0
    protocol  = "icmp"

    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port       = 443
    to_port         = 443
    protocol        = "tcp"
    prefix_list_ids = [data.aws_prefix_list.s3.id, aws_ec2_managed_prefix_list.offices.id]
  }

  tags = { Name = "inline" }
}

resource "aws_security_group" "separate" {
  name_prefix = "separate-"
  description = "rules outside"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group_rule" "ssh" {
  type              = "ingress"
  security_group_id = aws_security_group.separate.id
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = ["10.0.0.0/8", "172.16.0.0/12"]
  description       = "ssh"
}

resource "aws_security_group_rule" "itself" {
  type              = "egress"
  security_group_id = aws_security_group.separate.id
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  self              = true
}

resource "aws_security_group" "modern" {
  name   = "modern"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id = aws_security_group.modern.id
  cidr_ipv4         = var.office
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
  description       = var.description
  tags              = { Name = "web" }
}

resource "aws_vpc_security_group_ingress_rule" "group" {
  security_group_id            = aws_security_group.modern.id
  referenced_security_group_id = aws_security_group.separate.id
  ip_protocol                  = "-1"
}

resource "aws_vpc_security_group_egress_rule" "six" {
  security_group_id = aws_security_group.modern.id
  cidr_ipv6         = "::/0"
  ip_protocol       = "-1"
}

resource "aws_vpc_security_group_egress_rule" "list" {
  security_group_id = aws_security_group.modern.id
  prefix_list_id    = aws_ec2_managed_prefix_list.offices.id
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8090
}

resource "aws_key_pair" "imported" {
  key_name   = "imported"
  public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCwjzN9s4m8uDYzsKqj3RPnRzB4mCi2+c2j8QeIfKvlFHdg9TVf/6FizexPbU8+hkRMSi337x28WqelLODLNVJ3YEtrbInY9iqApcGoek3hTT5QoQFPBTgqcT7Up/aU75fs0L04d5BrmzFg+5PN35YNMPb+efBMafxLhDSgVLgnwYGDoNTsv9Y0AfoF3Jo2eBSteETQsVCWGc9Ys4rJKwKusVAbJiAJ6OBfyuU5Z/Ek3We6ku8gYy8XT9tRqz51KzNxGUmCqlrZZGDrL4c38QzEY/tB4Dw0w0Hx2g6SJ+Q461EhYH52pSKlHMPCpiH/1akmyZhx7WF661YHmffw7CzZ me@example.com"
  tags       = { Owner = var.description }
}

resource "aws_key_pair" "ed25519" {
  key_name_prefix = "ed-"
  public_key      = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIADr/wDT16rsTsYwkTHmgY1bfmyPf5LYhS3ktdTJC+MQ me@example.com"
}

data "aws_prefix_list" "s3" {
  name = "com.amazonaws.us-east-1.s3"
}

data "aws_ec2_managed_prefix_list" "cloudfront" {
  name = "com.amazonaws.global.cloudfront.origin-facing"
}

data "aws_security_group" "inline" {
  id = aws_security_group.inline.id
}

data "aws_security_groups" "all" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.main.id]
  }
  depends_on = [aws_security_group.modern]
}

data "aws_vpc_security_group_rule" "web" {
  security_group_rule_id = aws_vpc_security_group_ingress_rule.web.id
}

data "aws_vpc_security_group_rules" "modern" {
  filter {
    name   = "group-id"
    values = [aws_security_group.modern.id]
  }
  depends_on = [aws_vpc_security_group_ingress_rule.web]
}

data "aws_key_pair" "imported" {
  key_name           = aws_key_pair.imported.key_name
  include_public_key = true
}

output "found" {
  value = [data.aws_key_pair.imported.fingerprint, data.aws_security_group.inline.name, data.aws_prefix_list.s3.cidr_blocks[0]]
}
