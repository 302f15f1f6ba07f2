idle_timeout = 120
health_path  = "/healthy"
weight       = 90
