value   = "two"
rotated = true
