stage     = "production"
hostnames = true
office    = "198.51.100.0/24"
