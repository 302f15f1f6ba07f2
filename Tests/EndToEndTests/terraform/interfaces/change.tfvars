description = "other"
addresses   = ["10.30.2.10", "10.30.2.12", "10.30.2.13"]
