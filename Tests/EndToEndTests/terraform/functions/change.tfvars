package = "second.zip"
memory  = 512
