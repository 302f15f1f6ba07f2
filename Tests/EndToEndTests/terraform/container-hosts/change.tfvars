capacity = 90
scale    = 100
desired  = 3
