"""A job that takes a while is given out twice."""

import io
import json
import zipfile

import boto3

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

sqs = boto3.client("sqs")
failed = sqs.create_queue(QueueName="resize-failed")["QueueUrl"]
failed_arn = sqs.get_queue_attributes(QueueUrl=failed, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
jobs = sqs.create_queue(
    QueueName="resize-jobs",
    Attributes={
        "VisibilityTimeout": "10",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": failed_arn, "maxReceiveCount": "3"}),
    },
)["QueueUrl"]
jobs_arn = sqs.get_queue_attributes(QueueUrl=jobs, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

iam = boto3.client("iam")
role = iam.create_role(RoleName="resize-worker-role", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
iam.attach_role_policy(
    RoleName=role["RoleName"], PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
)

package = io.BytesIO()
with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.write("worker.py")
functions = boto3.client("lambda")
functions.create_function(
    FunctionName="resize-worker",
    Runtime="python3.12",
    Handler="worker.handle",
    Role=role["Arn"],
    Code={"ZipFile": package.getvalue()},
    Timeout=10,
)
functions.get_waiter("function_active_v2").wait(FunctionName="resize-worker")
functions.create_event_source_mapping(
    FunctionName="resize-worker",
    EventSourceArn=jobs_arn,
    BatchSize=10,
    FunctionResponseTypes=["ReportBatchItemFailures"],
)

for width in (100, 200, -1):
    sqs.send_message(QueueUrl=jobs, MessageBody=json.dumps({"image": "a.png", "width": width}))
