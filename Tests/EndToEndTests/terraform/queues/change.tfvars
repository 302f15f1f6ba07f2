visibility = 60
receives   = 5
