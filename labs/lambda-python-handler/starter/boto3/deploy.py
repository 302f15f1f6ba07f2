"""Makes the function order-total; put its code into order.py beside this file."""

import boto3

functions = boto3.client("lambda")
iam = boto3.client("iam")

# 1. A role that lambda.amazonaws.com may assume, with AWSLambdaBasicExecutionRole.
# 2. A zip file with the code: Python's zipfile makes one in memory.
# 3. functions.create_function(...), and the waiter "function_active_v2".
