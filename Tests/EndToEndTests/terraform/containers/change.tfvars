image    = "nginx:1.28"
desired  = 3
insights = "enabled"
