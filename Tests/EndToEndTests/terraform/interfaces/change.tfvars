description = "other"
addresses   = ["10.30.1.10", "10.30.1.12", "10.30.1.13"]
