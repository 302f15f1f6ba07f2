"""The emulators that are measured: how each is started, and one signed request that all of them answer."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.parse

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from children import end, free_port, resident_megabytes, spawn

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-bench" / "bin"
SKYLAB = pathlib.Path(os.environ.get("SKYLAB", ROOT / ".build" / "release" / "skylab"))
REGION = "us-east-1"
KEY, SECRET = "AKIASKYLABBENCH00000", "bench"

KINDS = ("skylab", "moto_server", "ministack")


class Emulator:
    """A running emulator, on a port of its own, with its files in a folder that goes when it ends."""

    def __init__(self, kind, *options):
        """`options` go to the command line of ours; the peers run with their defaults."""
        self.kind = kind
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix=f"bench-{kind}-")
        port = str(self.port)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.folder,
            "TMPDIR": self.folder,
            "LANG": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
        }
        if kind == "skylab":
            argv = [str(SKYLAB), "emulator", "--port", port, *options]
        elif kind == "moto_server":
            argv = [str(PEERS / "moto_server"), "-H", "127.0.0.1", "-p", port]
        else:
            argv = [str(PEERS / "ministack")]
            environment |= {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": port, "LOG_LEVEL": "ERROR"}
        self._log = open(os.path.join(self.folder, "log"), "wb")
        self.started = time.perf_counter()
        self.child = spawn(
            argv, env=environment, cwd=self.folder, stdout=self._log, stderr=subprocess.STDOUT
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.child)
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def wait(self, timeout=60):
        """Seconds from the start of the process to its first answered DescribeInstances."""
        body, headers = signed("DescribeInstances", self.port)
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.post(body, headers)[0] == 200:
                    return time.perf_counter() - self.started
            if self.child.poll() is not None:
                raise RuntimeError(f"{self.kind} ended with status {self.child.returncode}: {self.log()}")
            if time.perf_counter() - self.started > timeout:
                raise RuntimeError(f"{self.kind} did not answer within {timeout} s: {self.log()}")
            time.sleep(0.001)

    def post(self, body, headers):
        """One request on a connection of its own: status and text."""
        with self.connection() as connection:
            return self.post_on(connection, body, headers)

    def connection(self):
        """A connection that is kept open, as clients do."""
        return contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))

    def post_on(self, connection, body, headers):
        """One request: status and text."""
        connection.request("POST", "/", body, headers)
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()[-600:]

    def resident(self):
        return resident_megabytes(self.child.pid)

    def client(self, service="ec2"):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=Config(retries={"max_attempts": 0}, read_timeout=60),
        )

    def launch(self, count):
        """Launches that many instances and insists that DescribeInstances lists them."""
        ec2 = self.client()
        images = ec2.describe_images(
            Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-ami-2023.*-x86_64", "amzn2-ami-*"]}]
        )["Images"]
        image = images[0]["ImageId"] if images else "ami-12c6146b"
        ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=count, MaxCount=count)
        self.insist(count)

    def insist(self, count):
        """Fails unless DescribeInstances answers 200 with that many instances."""
        status, text = self.post(*signed("DescribeInstances", self.port))
        listed = set(re.findall(r"<instanceId>(i-[0-9a-f]+)</instanceId>", text))
        if status != 200 or len(listed) != count:
            raise RuntimeError(f"{self.kind} answered {status} with {len(listed)} of {count} instances: {text[:300]}")


def signed(action, port, service="ec2", **parameters):
    """Body and headers of a request of the query protocols with a Signature Version 4."""
    version = {"ec2": "2016-11-15", "autoscaling": "2011-01-01"}[service]
    body = urllib.parse.urlencode({"Action": action, "Version": version} | parameters)
    return with_signature(port, service, body, {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})


def signed_json(target, port, service, parameters):
    """The same for the JSON protocols: `target` is what goes into X-Amz-Target."""
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    return with_signature(port, service, json.dumps(parameters), headers)


def with_signature(port, service, body, headers, path="/"):
    host = f"127.0.0.1:{port}"
    request = AWSRequest("POST", f"http://{host}{path}", data=body, headers=headers | {"Host": host})
    SigV4Auth(Credentials(KEY, SECRET), service, REGION).add_auth(request)
    return body, dict(request.headers.items())
