instance_type = "t3.small"
name          = "api"
http_tokens   = "optional"
state         = "running"
protected     = false
