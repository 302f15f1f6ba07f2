retention = 30
pattern   = "{ $.level = \"error\" }"
