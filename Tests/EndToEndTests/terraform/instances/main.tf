# Instances and what they are launched from.

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

variable "instance_type" {
  default = "t3.micro"
}

variable "name" {
  default = "web"
}

variable "http_tokens" {
  default = "required"
}

variable "state" {
  default = "stopped"
}

variable "protected" {
  default = true
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023*-kernel-6.1-x86_64"]
  }
}

data "aws_vpc" "default" {
  default = true
}

data "aws_ec2_instance_type" "chosen" {
  instance_type = "c5n.xlarge"
}

data "aws_ec2_instance_types" "free" {
  filter {
    name   = "free-tier-eligible"
    values = ["true"]
  }
}

data "aws_ec2_instance_type_offerings" "zones" {
  location_type = "availability-zone"

  filter {
    name   = "instance-type"
    values = ["t3.micro"]
  }
}

resource "aws_instance" "plain" {
  ami           = data.aws_ami.linux.id
  instance_type = var.instance_type

  tags = {
    Name = var.name
  }
}

resource "aws_instance" "full" {
  ami                                  = data.aws_ami.linux.id
  instance_type                        = "m5.large"
  availability_zone                    = "us-east-1b"
  disable_api_stop                     = false
  disable_api_termination              = var.protected
  ebs_optimized                        = true
  get_password_data                    = false
  hibernation                          = true
  instance_initiated_shutdown_behavior = "terminate"
  monitoring                           = var.protected
  placement_group                      = aws_placement_group.parts.name
  placement_partition_number           = 2
  source_dest_check                    = !var.protected
  tenancy                              = "default"
  user_data                            = "#!/bin/sh\necho ${var.name}\n"
  user_data_replace_on_change          = false

  capacity_reservation_specification {
    capacity_reservation_preference = "open"
  }

  cpu_options {
    core_count       = 1
    threads_per_core = 2
  }

  maintenance_options {
    auto_recovery = "disabled"
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = var.http_tokens
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "enabled"
  }

  private_dns_name_options {
    enable_resource_name_dns_a_record = true
    hostname_type                     = "ip-name"
  }

  root_block_device {
    delete_on_termination = true
    encrypted             = true
    volume_size           = 30
    volume_type           = "gp3"
  }

  ebs_block_device {
    device_name = "/dev/sdf"
    volume_size = 10
    volume_type = "gp3"
    tags = {
      Name = "data"
    }
  }

  tags = {
    Name = "full"
  }
}

resource "aws_instance" "from_template" {
  launch_template {
    id      = aws_launch_template.web.id
    version = "$Latest"
  }

  # Terraform takes away tags that only the template gives.
  tags = {
    Name     = "from-template"
    Template = "web"
  }

  # The provider hashes a template's user data anew on each plan.
  lifecycle {
    ignore_changes = [launch_template, user_data]
  }
}

resource "aws_instance" "spot" {
  ami           = data.aws_ami.linux.id
  instance_type = "t3.small"

  instance_market_options {
    market_type = "spot"

    spot_options {
      max_price          = "0.0200"
      spot_instance_type = "one-time"
    }
  }

  credit_specification {
    cpu_credits = "standard"
  }
}

resource "aws_instance" "idle" {
  ami           = data.aws_ami.linux.id
  instance_type = "t3.nano"
}

resource "aws_ec2_instance_state" "idle" {
  instance_id = aws_instance.idle.id
  state       = var.state
}

resource "aws_spot_instance_request" "worker" {
  ami                  = data.aws_ami.linux.id
  instance_type        = "t3.micro"
  spot_type            = "one-time"
  wait_for_fulfillment = true

  tags = {
    Name = "worker"
  }
}

resource "aws_launch_template" "web" {
  name                                 = "web"
  description                          = "the template of ${var.name}"
  ebs_optimized                        = true
  image_id                             = data.aws_ami.linux.id
  instance_initiated_shutdown_behavior = "stop"
  instance_type                        = var.instance_type
  update_default_version               = true
  user_data                            = base64encode("#!/bin/sh\necho ${var.name}\n")

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = 12
      volume_type           = "gp3"
      delete_on_termination = true
    }
  }

  credit_specification {
    cpu_credits = "standard"
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  monitoring {
    enabled = true
  }

  network_interfaces {
    associate_public_ip_address = true
    delete_on_termination       = true
    device_index                = 0
  }

  placement {
    availability_zone = "us-east-1c"
  }

  tag_specifications {
    resource_type = "instance"

    tags = {
      Template = "web"
    }
  }

  tags = {
    Name = var.name
  }
}

data "aws_launch_template" "web" {
  name = aws_launch_template.web.name
}

resource "aws_placement_group" "parts" {
  name            = "parts"
  strategy        = "partition"
  partition_count = 3

  tags = {
    Name = var.name
  }
}

resource "aws_placement_group" "near" {
  name     = "near"
  strategy = "cluster"
}

resource "aws_ec2_tag" "vpc" {
  resource_id = data.aws_vpc.default.id
  key         = "course"
  value       = var.name
}

data "aws_instance" "plain" {
  instance_id = aws_instance.plain.id
}

data "aws_instances" "named" {
  instance_tags = {
    Name = "full"
  }

  depends_on = [aws_instance.full]
}

output "facts" {
  value = {
    vcpus     = data.aws_ec2_instance_type.chosen.default_vcpus
    free      = length(data.aws_ec2_instance_types.free.instance_types)
    zones     = length(data.aws_ec2_instance_type_offerings.zones.locations)
    private   = data.aws_instance.plain.private_ip == aws_instance.plain.private_ip
    found     = data.aws_instances.named.ids == tolist([aws_instance.full.id])
    template  = data.aws_launch_template.web.id == aws_launch_template.web.id
    fulfilled = aws_spot_instance_request.worker.spot_request_state
  }
}
