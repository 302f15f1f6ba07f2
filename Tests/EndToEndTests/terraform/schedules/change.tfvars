rate  = "cron(0/10 * * * ? *)"
state = "DISABLED"
