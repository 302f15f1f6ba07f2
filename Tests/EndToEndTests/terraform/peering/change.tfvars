dns = true
