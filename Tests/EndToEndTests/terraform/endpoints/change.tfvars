subnets = 2
