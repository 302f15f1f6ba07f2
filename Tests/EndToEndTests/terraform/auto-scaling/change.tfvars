most          = 5
cooldown      = 120
target        = 55
stage         = "production"
heartbeat     = 600
instance_type = "t3.small"
