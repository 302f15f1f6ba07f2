# Volumes, attachments, snapshots, encryption by default.

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

variable "size" {
  default = 10
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023*-kernel-6.1-x86_64"]
  }
}

resource "aws_ebs_encryption_by_default" "west" {
  provider = aws.west
  enabled  = true
}

resource "aws_ebs_snapshot_block_public_access" "all" {
  state = var.size > 10 ? "block-new-sharing" : "block-all-sharing"
}

resource "aws_instance" "host" {
  ami               = data.aws_ami.linux.id
  instance_type     = "t3.micro"
  availability_zone = "us-east-1a"
}

resource "aws_ebs_volume" "data" {
  availability_zone = "us-east-1a"
  size              = var.size
  type              = "gp3"
  iops              = 3000 + var.size
  tags              = { Size = var.size }
}

resource "aws_ebs_volume" "old" {
  availability_zone = "us-east-1a"
  size              = 4
}

resource "aws_ebs_volume" "shared" {
  availability_zone    = "us-east-1b"
  size                 = 4
  type                 = "io2"
  iops                 = 200
  multi_attach_enabled = true
  encrypted            = true
}

resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data.id
  instance_id = aws_instance.host.id
}

resource "aws_ebs_snapshot" "old" {
  volume_id   = aws_ebs_volume.old.id
  description = "old data"
  tags        = { Size = var.size }
}

resource "aws_ebs_snapshot_copy" "west" {
  provider           = aws.west
  source_snapshot_id = aws_ebs_snapshot.old.id
  source_region      = "us-east-1"
  encrypted          = true
}

resource "aws_snapshot_create_volume_permission" "partner" {
  snapshot_id = aws_ebs_snapshot.old.id
  account_id  = "210987654321"
}

resource "aws_ebs_volume" "restored" {
  availability_zone = "us-east-1c"
  snapshot_id       = aws_ebs_snapshot.old.id
}

data "aws_ebs_volume" "data" {
  filter {
    name   = "volume-id"
    values = [aws_ebs_volume.data.id]
  }
}

data "aws_ebs_volumes" "encrypted" {
  filter {
    name   = "encrypted"
    values = ["true"]
  }
  depends_on = [aws_ebs_volume.shared]
}

data "aws_ebs_snapshot" "old" {
  most_recent  = true
  owners       = ["self"]
  snapshot_ids = [aws_ebs_snapshot.old.id]
}

data "aws_ebs_snapshot_ids" "own" {
  owners     = ["self"]
  depends_on = [aws_ebs_snapshot.old]
}

data "aws_ebs_default_kms_key" "current" {}

data "aws_ebs_encryption_by_default" "current" {}
