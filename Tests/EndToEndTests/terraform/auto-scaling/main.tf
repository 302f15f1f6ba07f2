# An Auto Scaling group with all that hangs on it, and one that a launch configuration fills.

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

variable "most" {
  default = 4
}

variable "cooldown" {
  default = 300
}

variable "target" {
  default = 60
}

variable "stage" {
  default = "test"
}

variable "heartbeat" {
  default = 30
}

variable "instance_type" {
  default = "t3.micro"
}

data "aws_availability_zones" "here" {
  state = "available"
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
  cidr_block = "10.20.0.0/16"
}

resource "aws_subnet" "each" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.20.${count.index}.0/24"
  availability_zone = data.aws_availability_zones.here.names[count.index]
}

resource "aws_launch_template" "web" {
  name          = "web"
  image_id      = data.aws_ami.linux.id
  instance_type = var.instance_type

  tag_specifications {
    resource_type = "instance"
    tags          = { Tier = "web" }
  }
}

resource "aws_placement_group" "spread" {
  name     = "spread"
  strategy = "spread"
}

resource "aws_autoscaling_group" "web" {
  name                      = "web"
  min_size                  = 2
  max_size                  = var.most
  desired_capacity          = 2
  default_cooldown          = var.cooldown
  health_check_grace_period = 120
  default_instance_warmup   = 30
  vpc_zone_identifier       = aws_subnet.each[*].id
  placement_group           = aws_placement_group.spread.id
  termination_policies      = ["OldestInstance", "Default"]
  suspended_processes       = ["AZRebalance"]
  enabled_metrics           = ["GroupInServiceInstances", "GroupDesiredCapacity"]
  max_instance_lifetime     = 604800
  protect_from_scale_in     = false

  launch_template {
    id      = aws_launch_template.web.id
    version = aws_launch_template.web.latest_version
  }

  warm_pool {
    pool_state                  = "Stopped"
    min_size                    = 0
    max_group_prepared_capacity = var.most
  }

  instance_maintenance_policy {
    min_healthy_percentage = 90
    max_healthy_percentage = 120
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 50
    }
  }

  tag {
    key                 = "Stage"
    value               = var.stage
    propagate_at_launch = true
  }
}

resource "aws_autoscaling_group_tag" "owner" {
  autoscaling_group_name = aws_autoscaling_group.mixed.name

  tag {
    key                 = "Owner"
    value               = var.stage
    propagate_at_launch = false
  }
}

resource "aws_autoscaling_group" "mixed" {
  name                = "mixed"
  min_size            = 0
  max_size            = var.most
  capacity_rebalance  = true
  vpc_zone_identifier = [aws_subnet.each[0].id]

  mixed_instances_policy {
    instances_distribution {
      on_demand_base_capacity                  = 1
      on_demand_percentage_above_base_capacity = 50
      spot_allocation_strategy                 = "price-capacity-optimized"
    }

    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.web.id
        version            = "$Latest"
      }

      override {
        instance_type = "t3.small"
      }

      override {
        instance_type = "t3.medium"
      }
    }
  }

  lifecycle {
    ignore_changes = [tag]
  }
}

resource "aws_launch_configuration" "old" {
  name_prefix                 = "old-"
  image_id                    = data.aws_ami.linux.id
  instance_type               = "t3.micro"
  associate_public_ip_address = true
  user_data                   = "#!/bin/sh\nyum install -y httpd\n"

  root_block_device {
    volume_size = 10
    volume_type = "gp3"
    encrypted   = true
  }

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "old" {
  name_prefix          = "old-"
  min_size             = 1
  max_size             = var.most
  launch_configuration = aws_launch_configuration.old.name
  vpc_zone_identifier  = aws_subnet.each[*].id

  initial_lifecycle_hook {
    name                 = "wait-for-me"
    lifecycle_transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
    default_result       = "CONTINUE"
    heartbeat_timeout    = 30
  }
}

resource "aws_autoscaling_policy" "target" {
  name                      = "target"
  autoscaling_group_name    = aws_autoscaling_group.web.name
  policy_type               = "TargetTrackingScaling"
  estimated_instance_warmup = 60

  target_tracking_configuration {
    target_value = var.target

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

resource "aws_autoscaling_policy" "backlog" {
  name                   = "backlog"
  autoscaling_group_name = aws_autoscaling_group.old.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value     = var.target
    disable_scale_in = true

    customized_metric_specification {
      metrics {
        id          = "each"
        label       = "Messages for each instance"
        expression  = "messages / instances"
        return_data = true
      }

      metrics {
        id          = "messages"
        return_data = false

        metric_stat {
          stat = "Sum"

          metric {
            namespace   = "AWS/SQS"
            metric_name = "ApproximateNumberOfMessagesVisible"

            dimensions {
              name  = "QueueName"
              value = "jobs"
            }
          }
        }
      }

      metrics {
        id          = "instances"
        return_data = false

        metric_stat {
          stat = "Average"

          metric {
            namespace   = "AWS/AutoScaling"
            metric_name = "GroupInServiceInstances"

            dimensions {
              name  = "AutoScalingGroupName"
              value = aws_autoscaling_group.old.name
            }
          }
        }
      }
    }
  }
}

resource "aws_autoscaling_policy" "step" {
  name                   = "step"
  autoscaling_group_name = aws_autoscaling_group.web.name
  policy_type            = "StepScaling"
  adjustment_type        = "ChangeInCapacity"

  step_adjustment {
    scaling_adjustment          = 1
    metric_interval_lower_bound = 0
    metric_interval_upper_bound = 20
  }

  step_adjustment {
    scaling_adjustment          = 2
    metric_interval_lower_bound = 20
  }
}

resource "aws_autoscaling_policy" "simple" {
  name                   = "simple"
  autoscaling_group_name = aws_autoscaling_group.old.name
  adjustment_type        = "PercentChangeInCapacity"
  scaling_adjustment     = 50
  cooldown               = var.cooldown
}

resource "aws_autoscaling_schedule" "morning" {
  scheduled_action_name  = "morning"
  autoscaling_group_name = aws_autoscaling_group.web.name
  min_size               = 2
  max_size               = var.most
  desired_capacity       = 2
  recurrence             = "0 8 * * 1-5"
  time_zone              = "Europe/Berlin"
}

resource "aws_autoscaling_lifecycle_hook" "leaving" {
  name                   = "leaving"
  autoscaling_group_name = aws_autoscaling_group.web.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  default_result         = "CONTINUE"
  heartbeat_timeout      = var.heartbeat
  notification_metadata  = jsonencode({ drain = true })
}

resource "aws_autoscaling_notification" "all" {
  group_names   = [aws_autoscaling_group.web.name, aws_autoscaling_group.old.name]
  topic_arn     = "arn:aws:sns:us-east-1:123456789012:scaling"
  notifications = ["autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_TERMINATE"]
}

resource "aws_lb_target_group" "web" {
  name     = "web"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}

resource "aws_autoscaling_attachment" "web" {
  autoscaling_group_name = aws_autoscaling_group.web.name
  lb_target_group_arn    = aws_lb_target_group.web.arn
}

resource "aws_cloudwatch_metric_alarm" "busy" {
  alarm_name          = "web-busy"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 2
  metric_name         = "CPUUtilization"
  namespace           = "AWS/EC2"
  period              = 120
  statistic           = "Average"
  threshold           = var.target + 20
  alarm_actions       = [aws_autoscaling_policy.step.arn]

  dimensions = {
    AutoScalingGroupName = aws_autoscaling_group.web.name
  }
}

data "aws_autoscaling_groups" "web" {
  names      = [aws_autoscaling_group.web.name]
  depends_on = [aws_autoscaling_policy.step]
}

data "aws_launch_configuration" "old" {
  name = aws_launch_configuration.old.name
}

data "aws_instances" "web" {
  instance_tags = { "aws:autoscaling:groupName" = aws_autoscaling_group.web.name }
}

check "the_group_has_its_instances" {
  assert {
    condition     = length(data.aws_instances.web.ids) == 2
    error_message = "The group web should have two instances."
  }
}
