# Users, groups, roles, policies and what reads them.

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


variable "action" {
  default = "ec2:Describe*"
}

variable "description" {
  default = "Web servers"
}

variable "session" {
  default = 3600
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
    principals {
      type        = "AWS"
      identifiers = [aws_iam_user.ana.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = ["lab"]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "Read"
    actions   = [var.action]
    resources = ["*"]
  }
  statement {
    effect    = "Deny"
    actions   = ["ec2:TerminateInstances"]
    resources = ["arn:${data.aws_partition.current.partition}:ec2:*:${data.aws_caller_identity.current.account_id}:instance/*"]
    condition {
      test     = "StringNotEquals"
      variable = "aws:ResourceTag/Owner"
      values   = ["&{aws:username}"]
    }
  }
}

resource "aws_iam_user" "ana" {
  name          = "ana"
  path          = "/staff/"
  force_destroy = true
  tags          = { Team = "blue" }
}

resource "aws_iam_user_policy" "own" {
  name   = "own"
  user   = aws_iam_user.ana.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_user_policy_attachment" "read" {
  user       = aws_iam_user.ana.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_access_key" "ana" {
  user = aws_iam_user.ana.name
}

resource "aws_iam_user_login_profile" "ana" {
  user                    = aws_iam_user.ana.name
  password_reset_required = true
}

resource "aws_iam_group" "staff" {
  name = "staff"
}

resource "aws_iam_group_policy" "own" {
  name   = "own"
  group  = aws_iam_group.staff.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_group_policy_attachment" "read" {
  group      = aws_iam_group.staff.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
}

resource "aws_iam_group" "admins" {
  name = "admins"
}

resource "aws_iam_group_membership" "admins" {
  name  = "admins"
  group = aws_iam_group.admins.name
  users = [aws_iam_user.ana.name]
}

resource "aws_iam_user_group_membership" "ana" {
  user   = aws_iam_user.ana.name
  groups = [aws_iam_group.staff.name]
}

resource "aws_iam_policy" "read" {
  name        = "read"
  path        = "/lab/"
  description = "Reads"
  policy      = data.aws_iam_policy_document.read.json
  tags        = { Team = "blue" }
}

resource "aws_iam_role" "web" {
  name                 = "web"
  description          = var.description
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = var.session
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
  tags                 = { Stage = var.description }
}

resource "aws_iam_role_policy" "own" {
  name   = "own"
  role   = aws_iam_role.web.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policy_attachment" "ssm" {
  role       = aws_iam_role.web.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role" "exclusive" {
  name               = "exclusive"
  assume_role_policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": [
        {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
      ]
    }
  JSON

  # The list of its policies takes none away when it is destroyed: the role does, and must do so before the policy goes.
  depends_on = [aws_iam_policy.read]
}

resource "aws_iam_role_policy_attachments_exclusive" "exclusive" {
  role_name   = aws_iam_role.exclusive.name
  policy_arns = [aws_iam_policy.read.arn]
}

resource "aws_iam_role_policies_exclusive" "exclusive" {
  role_name    = aws_iam_role.exclusive.name
  policy_names = []
}

resource "aws_iam_policy_attachment" "everywhere" {
  name       = "everywhere"
  roles      = [aws_iam_role.web.name]
  groups     = [aws_iam_group.admins.name]
  policy_arn = aws_iam_policy.shared.arn
}

resource "aws_iam_policy" "shared" {
  name_prefix = "shared-"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:ListAllMyBuckets", Resource = "*" }] })
}

resource "aws_iam_instance_profile" "web" {
  name = "web"
  role = aws_iam_role.web.name
}

resource "aws_iam_account_alias" "course" {
  account_alias = "skylab-course"
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length        = 14
  require_numbers                = true
  allow_users_to_change_password = true
}

resource "aws_iam_service_linked_role" "autoscaling" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "lab"
}

resource "aws_iam_openid_connect_provider" "cluster" {
  url             = "https://oidc.example.com/id/LAB"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"]
}

data "aws_iam_role" "web" {
  name = aws_iam_role.web.name
}

data "aws_iam_user" "ana" {
  user_name = aws_iam_user.ana.name
}

data "aws_iam_group" "staff" {
  group_name = aws_iam_group.staff.name
  depends_on = [aws_iam_user_group_membership.ana]
}

data "aws_iam_policy" "by_name" {
  name = "AmazonSSMManagedInstanceCore"
}

data "aws_iam_policy" "by_arn" {
  arn = aws_iam_policy.read.arn
}

data "aws_iam_instance_profile" "web" {
  name = aws_iam_instance_profile.web.name
}

data "aws_iam_account_alias" "current" {
  depends_on = [aws_iam_account_alias.course]
}

data "aws_iam_session_context" "current" {
  arn = data.aws_caller_identity.current.arn
}

data "aws_iam_principal_policy_simulation" "ana" {
  action_names      = ["ec2:DescribeInstances", "ec2:TerminateInstances"]
  policy_source_arn = aws_iam_user.ana.arn
  depends_on        = [aws_iam_user_policy.own]
}

output "role" {
  value = data.aws_iam_role.web.unique_id
}

output "allowed" {
  value = [for result in data.aws_iam_principal_policy_simulation.ana.results : result.decision]
}
