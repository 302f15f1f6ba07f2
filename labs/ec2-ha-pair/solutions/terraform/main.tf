# Two web servers in two Availability Zones behind a load balancer, with Terraform.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  skip_metadata_api_check = true
}

locals {
  zones = ["us-east-1a", "us-east-1b"]
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnet" "default" {
  count             = length(local.zones)
  vpc_id            = data.aws_vpc.default.id
  availability_zone = local.zones[count.index]
  default_for_az    = true
}

data "aws_ami" "linux" {
  owners      = ["amazon"]
  most_recent = true

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-x86_64"]
  }
}

resource "aws_security_group" "web" {
  name        = "web"
  description = "HTTP from anywhere"
  vpc_id      = data.aws_vpc.default.id

  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "web" {
  count                  = length(local.zones)
  ami                    = data.aws_ami.linux.id
  instance_type          = "t3.micro"
  subnet_id              = data.aws_subnet.default[count.index].id
  vpc_security_group_ids = [aws_security_group.web.id]

  user_data = <<-DATA
    #!/bin/bash
    dnf install -y httpd
    echo "hello from $(hostname)" > /var/www/html/index.html
    systemctl enable --now httpd
  DATA

  tags = {
    Name  = "web-${count.index + 1}"
    Owner = "ada"
  }
}

resource "aws_lb" "web" {
  name            = "web"
  subnets         = data.aws_subnet.default[*].id
  security_groups = [aws_security_group.web.id]
}

resource "aws_lb_target_group" "web" {
  name     = "web"
  port     = 80
  protocol = "HTTP"
  vpc_id   = data.aws_vpc.default.id

  # Short intervals: a server that is gone is found out within seconds.
  health_check {
    path                = "/"
    interval            = 5
    timeout             = 2
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_target_group_attachment" "web" {
  count            = length(local.zones)
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = aws_instance.web[count.index].id
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

output "url" {
  value = "http://${aws_lb.web.dns_name}/"
}
