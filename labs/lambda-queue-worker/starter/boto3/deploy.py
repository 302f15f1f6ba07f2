"""Makes the queues resize-jobs and resize-failed, the function resize-worker, and what connects them."""

import boto3

sqs = boto3.client("sqs")
functions = boto3.client("lambda")
iam = boto3.client("iam")

# 1. The queue for what cannot be done, and the queue of jobs with a redrive policy that names it.
# 2. A role, and the function of worker.py.
# 3. functions.create_event_source_mapping(...), with reports of single failures.
