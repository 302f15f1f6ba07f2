"""Takes jobs from a queue, and names those that it could not do."""

import json


def resize(job):
    if not isinstance(job.get("image"), str) or job.get("width", 0) <= 0:
        raise ValueError(f"no job: {job}")
    print("resized", job["image"], "to", job["width"])


def handle(event, context):
    failed = []
    for record in event["Records"]:
        try:
            resize(json.loads(record["body"]))
        except (ValueError, AttributeError, TypeError) as error:
            print("failed", record["messageId"], error)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
