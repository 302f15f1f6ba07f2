threshold = 90
actions   = false
team      = "green"
