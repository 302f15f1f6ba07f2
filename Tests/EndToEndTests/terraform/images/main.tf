# The account's own images: of an instance, of a snapshot, copied, shared.

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

variable "description" {
  default = "golden"
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023*-kernel-6.1-x86_64"]
  }
}

data "aws_ami_ids" "ubuntu" {
  owners = ["099720109477"]

  filter {
    name   = "name"
    values = ["ubuntu/images/*"]
  }
}

resource "aws_instance" "template" {
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
}

resource "aws_ami_from_instance" "golden" {
  name               = "golden"
  source_instance_id = aws_instance.template.id
  tags               = { Description = var.description }
}

resource "aws_ami_copy" "west" {
  provider          = aws.west
  name              = "golden-west"
  description       = var.description
  source_ami_id     = aws_ami_from_instance.golden.id
  source_ami_region = "us-east-1"
  encrypted         = true
}

resource "aws_ebs_volume" "root" {
  availability_zone = "us-east-1a"
  size              = 8
}

resource "aws_ebs_snapshot" "root" {
  volume_id = aws_ebs_volume.root.id
}

resource "aws_ami" "registered" {
  name                = "registered"
  description         = var.description
  architecture        = "x86_64"
  virtualization_type = "hvm"
  root_device_name    = "/dev/xvda"
  ena_support         = true
  imds_support        = "v2.0"

  ebs_block_device {
    device_name = "/dev/xvda"
    snapshot_id = aws_ebs_snapshot.root.id
    volume_size = 9
    volume_type = "gp3"
  }
}

resource "aws_ami_launch_permission" "partner" {
  image_id   = aws_ami.registered.id
  account_id = "210987654321"
}

resource "aws_ec2_image_block_public_access" "all" {
  state = "unblocked"
}

resource "aws_instance" "copy" {
  ami           = aws_ami_from_instance.golden.id
  instance_type = "t3.micro"
}

data "aws_ami" "own" {
  owners = ["self"]

  filter {
    name   = "name"
    values = ["gold*"]
  }
  depends_on = [aws_ami_from_instance.golden]
}
