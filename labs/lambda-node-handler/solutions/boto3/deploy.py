"""Makes the function word-count of count.js, with a role that may write logs."""

import io
import json
import zipfile

import boto3

NAME = "word-count"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

iam = boto3.client("iam")
role = iam.create_role(RoleName="word-count-role", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
iam.attach_role_policy(
    RoleName=role["RoleName"], PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)

package = io.BytesIO()
with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.write("count.js")

functions = boto3.client("lambda")
functions.create_function(
    FunctionName=NAME,
    Runtime="nodejs22.x",
    Handler="count.handler",
    Role=role["Arn"],
    Code={"ZipFile": package.getvalue()},
    MemorySize=256,
    Timeout=5,
)
functions.get_waiter("function_active_v2").wait(FunctionName=NAME)

answer = functions.invoke(FunctionName=NAME, Payload=json.dumps({"text": "to be or not to be"}))
print(answer["Payload"].read().decode())
