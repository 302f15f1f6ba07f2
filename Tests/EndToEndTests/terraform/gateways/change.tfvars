stage = "production"
moved = true
