# VPCs, subnets, route tables, network ACLs and DHCP options.

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

variable "stage" {
  default = "test"
}

variable "hostnames" {
  default = false
}

variable "office" {
  default = "192.0.2.0/24"
}

data "aws_region" "current" {}

data "aws_regions" "enabled" {}

data "aws_caller_identity" "current" {}

data "aws_availability_zones" "usable" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_availability_zone" "first" {
  name = data.aws_availability_zones.usable.names[0]
}

resource "aws_vpc" "lab" {
  cidr_block                           = "10.0.0.0/16"
  enable_dns_hostnames                 = var.hostnames
  enable_network_address_usage_metrics = true
  assign_generated_ipv6_cidr_block     = true

  tags = {
    Name  = "lab"
    Stage = var.stage
  }
}

resource "aws_vpc_ipv4_cidr_block_association" "second" {
  vpc_id     = aws_vpc.lab.id
  cidr_block = "10.1.0.0/16"
}

resource "aws_subnet" "public" {
  count                           = 2
  vpc_id                          = aws_vpc.lab.id
  cidr_block                      = cidrsubnet(aws_vpc.lab.cidr_block, 8, count.index)
  ipv6_cidr_block                 = cidrsubnet(aws_vpc.lab.ipv6_cidr_block, 8, count.index)
  availability_zone               = data.aws_availability_zones.usable.names[count.index]
  map_public_ip_on_launch         = count.index == 0 || var.hostnames
  assign_ipv6_address_on_creation = true

  tags = {
    Name = "public-${count.index}"
  }
}

resource "aws_subnet" "second" {
  vpc_id               = aws_vpc_ipv4_cidr_block_association.second.vpc_id
  cidr_block           = "10.1.4.0/24"
  availability_zone_id = data.aws_availability_zones.usable.zone_ids[2]

  enable_resource_name_dns_a_record_on_launch = true
  private_dns_hostname_type_on_launch         = "resource-name"
}

resource "aws_internet_gateway" "lab" {
  vpc_id = aws_vpc.lab.id

  tags = {
    Stage = var.stage
  }
}

resource "aws_egress_only_internet_gateway" "lab" {
  vpc_id = aws_vpc.lab.id

  tags = {
    Stage = var.stage
  }
}

# Routes within the table.
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.lab.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.lab.id
  }

  route {
    ipv6_cidr_block        = "::/0"
    egress_only_gateway_id = aws_egress_only_internet_gateway.lab.id
  }

  dynamic "route" {
    for_each = var.hostnames ? ["203.0.113.0/24"] : []

    content {
      cidr_block = route.value
      gateway_id = aws_internet_gateway.lab.id
    }
  }

  tags = {
    Stage = var.stage
  }
}

resource "aws_route_table_association" "public" {
  count          = 2
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

# Routes beside the table.
resource "aws_route_table" "second" {
  vpc_id = aws_vpc.lab.id
}

resource "aws_route" "office" {
  route_table_id         = aws_route_table.second.id
  destination_cidr_block = "198.51.100.0/24"
  gateway_id             = aws_internet_gateway.lab.id
}

resource "aws_route" "ipv6" {
  route_table_id              = aws_route_table.second.id
  destination_ipv6_cidr_block = "::/0"
  gateway_id                  = aws_internet_gateway.lab.id
}

resource "aws_route_table_association" "second" {
  subnet_id      = aws_subnet.second.id
  route_table_id = var.hostnames ? aws_route_table.public.id : aws_route_table.second.id
}

resource "aws_default_route_table" "lab" {
  default_route_table_id = aws_vpc.lab.default_route_table_id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.lab.id
  }

  tags = {
    Name = "main"
  }
}

resource "aws_default_network_acl" "lab" {
  default_network_acl_id = aws_vpc.lab.default_network_acl_id
  subnet_ids             = [aws_subnet.second.id]

  ingress {
    protocol   = "-1"
    rule_no    = 100
    action     = "allow"
    cidr_block = aws_vpc.lab.cidr_block
    from_port  = 0
    to_port    = 0
  }

  egress {
    protocol   = "-1"
    rule_no    = 100
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_network_acl" "public" {
  vpc_id     = aws_vpc.lab.id
  subnet_ids = [aws_subnet.public[0].id]

  ingress {
    protocol   = "tcp"
    rule_no    = 100
    action     = "allow"
    cidr_block = var.office
    from_port  = 22
    to_port    = 22
  }

  ingress {
    protocol        = "icmp"
    rule_no         = 110
    action          = "deny"
    ipv6_cidr_block = "::/0"
    from_port       = 0
    to_port         = 0
    icmp_type       = 8
    icmp_code       = 0
  }

  egress {
    protocol   = "-1"
    rule_no    = 200
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }

  tags = {
    Stage = var.stage
  }
}

resource "aws_network_acl" "apart" {
  vpc_id = aws_vpc.lab.id
}

resource "aws_network_acl_rule" "web" {
  network_acl_id = aws_network_acl.apart.id
  rule_number    = 150
  egress         = false
  protocol       = "tcp"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
  from_port      = 80
  to_port        = 443
}

resource "aws_network_acl_association" "apart" {
  network_acl_id = aws_network_acl.apart.id
  subnet_id      = aws_subnet.public[1].id
}

resource "aws_vpc_dhcp_options" "lab" {
  domain_name         = "lab.example.com"
  domain_name_servers = ["10.0.0.2", "AmazonProvidedDNS"]
  ntp_servers         = ["169.254.169.123"]

  tags = {
    Stage = var.stage
  }
}

resource "aws_vpc_dhcp_options_association" "lab" {
  vpc_id          = aws_vpc.lab.id
  dhcp_options_id = aws_vpc_dhcp_options.lab.id
}

# A VPC with another main route table than the one that it came with.
resource "aws_vpc" "other" {
  cidr_block         = "172.16.0.0/20"
  instance_tenancy   = var.hostnames ? "default" : "dedicated"
  enable_dns_support = false
}

resource "aws_route_table" "main" {
  vpc_id = aws_vpc.other.id
}

resource "aws_main_route_table_association" "other" {
  vpc_id         = aws_vpc.other.id
  route_table_id = aws_route_table.main.id
}

data "aws_vpc" "lab" {
  id = aws_vpc_dhcp_options_association.lab.vpc_id
}

data "aws_vpcs" "lab" {
  tags = {
    Name = aws_vpc.lab.tags.Name
  }
}

data "aws_subnet" "public" {
  id = aws_subnet.public[0].id
}

data "aws_subnets" "public" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.lab.id]
  }

  filter {
    name   = "tag:Name"
    values = ["public-*"]
  }

  depends_on = [aws_subnet.public]
}

data "aws_internet_gateway" "lab" {
  filter {
    name   = "attachment.vpc-id"
    values = [aws_internet_gateway.lab.vpc_id]
  }
}

data "aws_route_table" "public" {
  subnet_id = aws_route_table_association.public[0].subnet_id
}

data "aws_route_tables" "lab" {
  vpc_id     = aws_vpc.lab.id
  depends_on = [aws_route_table.public, aws_route_table.second]
}

data "aws_route" "office" {
  route_table_id         = aws_route.office.route_table_id
  destination_cidr_block = aws_route.office.destination_cidr_block
}

data "aws_network_acls" "lab" {
  vpc_id     = aws_vpc.lab.id
  depends_on = [aws_network_acl.public, aws_network_acl.apart]
}

data "aws_vpc_dhcp_options" "lab" {
  dhcp_options_id = aws_vpc_dhcp_options.lab.id
}

check "data_sources" {
  assert {
    condition = alltrue([
      data.aws_region.current.name == "us-east-1",
      contains(data.aws_regions.enabled.names, "eu-central-1"),
      data.aws_caller_identity.current.account_id == aws_vpc.lab.owner_id,
      length(data.aws_availability_zones.usable.names) == 6,
      data.aws_availability_zone.first.zone_id == data.aws_availability_zones.usable.zone_ids[0],
      data.aws_vpc.lab.cidr_block == "10.0.0.0/16",
      data.aws_vpc.lab.dhcp_options_id == aws_vpc_dhcp_options.lab.id,
      data.aws_vpcs.lab.ids == tolist([aws_vpc.lab.id]),
      data.aws_subnet.public.available_ip_address_count == 251,
      length(data.aws_subnets.public.ids) == 2,
      data.aws_internet_gateway.lab.id == aws_internet_gateway.lab.id,
      data.aws_route_table.public.id == aws_route_table.public.id,
      length(data.aws_route_tables.lab.ids) == 3,
      data.aws_route.office.gateway_id == aws_internet_gateway.lab.id,
      length(data.aws_network_acls.lab.ids) == 3,
      data.aws_vpc_dhcp_options.lab.domain_name == "lab.example.com",
    ])
    error_message = "A data source does not agree with its resource."
  }
}
