duration    = "PT10M"
description = "One zone cut off"
selection   = "PERCENT(50)"
stage       = "production"
