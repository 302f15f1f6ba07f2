"""Makes a function of another name."""

import io
import json
import zipfile

import boto3

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
package = io.BytesIO()
with zipfile.ZipFile(package, "w") as archive:
    archive.writestr("order.py", "def handle(event, context): return {'statusCode': 200}\n")
boto3.client("lambda").create_function(
    FunctionName="order-totals",
    Runtime="python3.12",
    Handler="order.handle",
    Role=role["Arn"],
    Code={"ZipFile": package.getvalue()},
)
