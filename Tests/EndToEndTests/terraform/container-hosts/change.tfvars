scale    = 100
desired  = 3
