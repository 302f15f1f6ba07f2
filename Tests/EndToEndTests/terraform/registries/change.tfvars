mutability = "IMMUTABLE"
keep       = 20
