stage   = "two"
enabled = false
