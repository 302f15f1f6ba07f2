state = "DISABLED"
rate  = "cron(0 20 * * ? *)"
