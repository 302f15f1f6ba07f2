"""Makes the function order-total of order.py, with a role that may write logs."""

import io
import json
import zipfile

import boto3

NAME = "order-total"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

iam = boto3.client("iam")
role = iam.create_role(RoleName="order-total-role", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
iam.attach_role_policy(
    RoleName=role["RoleName"], PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)

package = io.BytesIO()
with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.write("order.py")

functions = boto3.client("lambda")
functions.create_function(
    FunctionName=NAME,
    Runtime="python3.12",
    Handler="order.handle",
    Role=role["Arn"],
    Code={"ZipFile": package.getvalue()},
    Timeout=5,
)
functions.get_waiter("function_active_v2").wait(FunctionName=NAME)

answer = functions.invoke(FunctionName=NAME, Payload=json.dumps({"items": [{"sku": "tea", "qty": 2, "price": 4.5}]}))
print(answer["Payload"].read().decode())
