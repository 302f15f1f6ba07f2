description = "silver"
