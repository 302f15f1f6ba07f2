most          = 5
cooldown      = 120
target        = 55
stage         = "production"
heartbeat     = 60
instance_type = "t3.small"
