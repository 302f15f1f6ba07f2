"""What the tests share: clients of the emulator that AWS_ENDPOINT_URL names, and errors as codes."""

import os
import unittest

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import conformance

CONFIG = Config(retries={"max_attempts": 1}, connect_timeout=60, read_timeout=600)


def client(service, region="us-east-1", credentials=None):
    """A client of the emulator, each of whose answers is held against botocore's model.

    Credentials are an access key of IAM's or what AWS STS gave; the environment's without.
    """
    keys = {}
    if credentials:
        keys = {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials.get("SessionToken"),
        }
    made = boto3.client(
        service, region_name=region, endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=CONFIG, **keys
    )
    made.meta.events.register("before-parse", _conforms)
    return made


def _conforms(operation_model, response_dict, **_):
    conformance.check(operation_model, response_dict)


def error_code(call, **parameters):
    """The code of the error that a call ends with; fails where it succeeds."""
    return error(call, **parameters)["Code"]


def error(call, **parameters):
    """The error that a call ends with."""
    try:
        call(**parameters)
    except ClientError as failure:
        return failure.response["Error"]
    raise AssertionError(f"{call.__name__} succeeded")


class TestCase(unittest.TestCase):
    """A test case whose documentation strings are shown as its names."""

    maxDiff = None


def image_id(ec2, pattern="al2023-ami-2023*-kernel-6.1-x86_64"):
    """The newest Amazon Linux image of that name pattern."""
    images = ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "name", "Values": [pattern]}])["Images"]
    return max(images, key=lambda image: image["CreationDate"])["ImageId"]
