action      = "ec2:Get*"
description = "Changed"
session     = 7200
