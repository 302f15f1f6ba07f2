office      = "192.0.2.0/24"
description = "TLS"
