shards = 2
hours  = 48
batch  = 100
