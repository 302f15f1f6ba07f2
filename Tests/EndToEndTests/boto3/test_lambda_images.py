import gzip
import hashlib
import io
import json
import os
import tarfile
import unittest
from pathlib import Path

from support import client, error
from test_lambda_runs import Functions, amazons_runtime

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"

# A runtime as anybody might write it: the first argument names the handler.
RUNTIME = """import importlib, json, os, sys, urllib.request
print("starting as", os.getuid(), "in", os.getcwd())
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
module, name = sys.argv[1].rsplit(".", 1)
sys.path.insert(0, "/app")
handle = getattr(importlib.import_module(module), name)
while True:
    event = urllib.request.urlopen(api + "invocation/next")
    request = event.headers["Lambda-Runtime-Aws-Request-Id"]
    answer = json.dumps(handle(json.load(event))).encode()
    urllib.request.urlopen(urllib.request.Request(api + f"invocation/{request}/response", answer))
"""
HANDLER = """import os, time
def handle(event):
    kind = event.get("do")
    if kind == "crash":
        open("/tmp/left", "w").write("here")
        os._exit(7)
    if kind == "sleep":
        time.sleep(60)
    if kind == "write":
        try:
            open("/app/new", "w")
        except OSError as error:
            return error.strerror
    return {"version": os.environ["VERSION"], "left": os.path.exists("/tmp/left"), "more": os.environ.get("MORE"),
            "task": os.environ["AWS_LAMBDA_FUNCTION_NAME"]}
"""


def layer(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), 0o755
            made.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


class Images(Functions):
    """Functions of container images: what runs is the image's own entry point, on the image's files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ecr = client("ecr")
        cls.ecr.create_repository(repositoryName="functions")

    def blob(self, data):
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        found = self.ecr.batch_check_layer_availability(repositoryName="functions", layerDigests=[digest])
        if found["layers"] and found["layers"][0]["layerAvailability"] == "AVAILABLE":
            return {"digest": digest, "size": len(data)}
        upload = self.ecr.initiate_layer_upload(repositoryName="functions")["uploadId"]
        self.ecr.upload_layer_part(
            repositoryName="functions", uploadId=upload, partFirstByte=0, partLastByte=len(data) - 1, layerPartBlob=data)
        self.ecr.complete_layer_upload(repositoryName="functions", uploadId=upload, layerDigests=[digest])
        return {"digest": digest, "size": len(data)}

    def push(self, tag, files, **config):
        """Pushes an image on which this machine's Python is shown; returns its address and digest."""
        folders = ["app", "dev", "etc", "proc", "tmp", "usr"]
        data = layer({**{f"{folder}/.keep": b"" for folder in folders}, **files})
        config = {"Env": ["VERSION=1"], "Labels": {"dev.skylab.host-programs": "python3"}, **config}
        document = json.dumps({
            "architecture": "amd64", "os": "linux", "config": config,
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest()]}}).encode()
        kind = "application/vnd.oci.image."
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": kind + "manifest.v1+json",
            "config": {"mediaType": kind + "config.v1+json", **self.blob(document)},
            "layers": [{"mediaType": kind + "layer.v1.tar+gzip", **self.blob(gzip.compress(data, mtime=0))}]})
        image = self.ecr.put_image(repositoryName="functions", imageManifest=manifest, imageTag=tag)["image"]
        return f"{REGISTRY}/functions:{tag}", image["imageId"]["imageDigest"]

    def app(self, tag, **config):
        files = {"app/runtime.py": RUNTIME.encode(), "app/handler.py": HANDLER.encode()}
        return self.push(tag, files, **{
            "Entrypoint": ["python3", "-u", "/app/runtime.py"], "Cmd": ["handler.handle"], "WorkingDir": "/app", **config})

    def image_function(self, name, uri, **more):
        made = self.api.create_function(
            FunctionName=name, PackageType="Image", Code={"ImageUri": uri}, Role=self.role, **{"Timeout": 20, **more})
        self.addCleanup(self.api.delete_function, FunctionName=name)
        self.assertEqual((made["State"], made["PackageType"], made["CodeSize"]), ("Pending", "Image", 0))
        self.api.get_waiter("function_active_v2").wait(FunctionName=name)

    def test_an_image(self):
        """An image runs; a push to its tag changes nothing until the function is updated."""
        uri, digest = self.app("live")
        self.image_function("imaged", uri, Environment={"Variables": {"MORE": "given"}})
        found = self.api.get_function(FunctionName="imaged")
        self.assertEqual(found["Code"], {
            "RepositoryType": "ECR", "ImageUri": uri, "ResolvedImageUri": f"{REGISTRY}/functions@{digest}"})
        self.assertEqual(found["Configuration"]["CodeSha256"], digest.removeprefix("sha256:"))
        answer, failure, log = self.invoke("imaged", {})
        self.assertIsNone(failure, answer)
        self.assertEqual(answer, {"version": "1", "left": False, "more": "given", "task": "imaged"})
        lines = log.splitlines()
        self.assertEqual(lines[0], "starting as 993 in /app")
        self.assertTrue(lines[1].startswith("START RequestId: "), log)
        self.assertRegex(lines[3], r"REPORT RequestId: .*\tInit Duration: [0-9.]+ ms")
        self.assertEqual(self.invoke("imaged", {"do": "write"})[0], "Read-only file system")
        other, _ = self.app("live", Env=["VERSION=2"])
        self.assertEqual(other, uri)
        self.assertEqual(self.invoke("imaged", {})[0]["version"], "1")
        self.api.publish_version(FunctionName="imaged")
        self.api.update_function_code(FunctionName="imaged", ImageUri=uri)
        self.api.get_waiter("function_updated_v2").wait(FunctionName="imaged")
        self.assertEqual(self.invoke("imaged", {})[0]["version"], "2")
        self.assertEqual(self.invoke("imaged", {}, Qualifier="1")[0]["version"], "1")
        refused = error(self.api.update_function_code, FunctionName="imaged", ZipFile=b"PK")
        self.assertEqual(refused["Code"], "InvalidParameterValueException")

    def test_permission_to_pull(self):
        """Lambda adds what it needs to the repository's policy, and pulls nothing where that is denied."""
        uri, _ = self.app("policy")
        denied = {"Version": "2012-10-17", "Statement": {
            "Sid": "no", "Effect": "Deny", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "ecr:*"}}
        self.ecr.set_repository_policy(repositoryName="functions", policyText=json.dumps(denied))
        refused = error(
            self.api.create_function, FunctionName="unreadable", PackageType="Image", Code={"ImageUri": uri},
            Role=self.role)
        self.assertEqual((refused["Code"], refused["Message"]), (
            "AccessDeniedException",
            "Lambda does not have permission to access the ECR image. Check the ECR permissions."))
        kept = json.loads(self.ecr.get_repository_policy(repositoryName="functions")["policyText"])
        self.assertEqual(kept, denied)
        self.ecr.delete_repository_policy(repositoryName="functions")
        self.image_function("readable", uri)
        added = self.ecr.get_repository_policy(repositoryName="functions")["policyText"]
        [statement] = json.loads(added)["Statement"]
        self.assertEqual(statement["Principal"], {"Service": "lambda.amazonaws.com"})
        self.api.update_function_code(FunctionName="readable", ImageUri=uri)
        self.assertEqual(self.ecr.get_repository_policy(repositoryName="functions")["policyText"], added)

    def test_a_damaged_image(self):
        """A layer that is no archive: the function has failed, until it gets another image."""
        document = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["x"]}, "rootfs": {
            "type": "layers", "diff_ids": ["sha256:" + "0" * 64]}}).encode()
        kind = "application/vnd.oci.image."
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": kind + "manifest.v1+json",
            "config": {"mediaType": kind + "config.v1+json", **self.blob(document)},
            "layers": [{"mediaType": kind + "layer.v1.tar+gzip", **self.blob(b"no archive at all")}]})
        self.ecr.put_image(repositoryName="functions", imageManifest=manifest, imageTag="damaged")
        self.image_function("damaged", f"{REGISTRY}/functions:damaged")
        for _ in range(2):
            self.assertEqual(error(self.api.invoke, FunctionName="damaged"), {
                "Code": "CodeArtifactUserFailedException",
                "Message": "ERROR: Lambda cannot initialize the provided container image. Verify the image."})
        found = self.api.get_function_configuration(FunctionName="damaged")
        self.assertEqual((found["State"], found["StateReasonCode"]), ("Failed", "InvalidImage"))
        uri, _ = self.app("repaired")
        self.api.update_function_code(FunctionName="damaged", ImageUri=uri)
        self.api.get_waiter("function_updated_v2").wait(FunctionName="damaged")
        self.assertEqual(self.invoke("damaged", {})[0]["version"], "1")

    def test_a_crash_keeps_what_is_in_tmp(self):
        """A runtime that crashed, or took too long, is started anew in its environment: its files in /tmp are still there."""
        uri, _ = self.app("crash")
        self.image_function("crashing", uri, Timeout=2)
        answer, failure, log = self.invoke("crashing", {"do": "crash"})
        self.assertEqual((answer["errorType"], failure), ("Runtime.ExitError", "Unhandled"))
        self.assertIn("Init Duration", log)
        answer, failure, log = self.invoke("crashing", {})
        self.assertEqual((answer["left"], failure), (True, None))
        self.assertNotIn("Init Duration", log)
        self.assertIn("starting as", log)
        answer, _, _ = self.invoke("crashing", {"do": "sleep"})
        self.assertEqual(answer["errorType"], "Sandbox.Timedout")
        self.assertEqual(self.invoke("crashing", {})[0]["left"], True)
        streams = self.logs.describe_log_streams(logGroupName="/aws/lambda/crashing")["logStreams"]
        self.assertEqual(len(streams), 1)

    def test_a_second_start(self):
        """Where the start fails, there is another one within the first invocation, for which there is no Init Duration."""
        runtime = "import os, sys\nif not os.path.exists('/tmp/left'):\n    open('/tmp/left', 'w')\n    sys.exit(3)\n" + RUNTIME
        uri, _ = self.push(
            "flaky", {"app/runtime.py": runtime.encode(), "app/handler.py": HANDLER.encode()},
            Entrypoint=["python3", "-u", "/app/runtime.py"], Cmd=["handler.handle"], WorkingDir="/app")
        self.image_function("flaky", uri)
        answer, failure, log = self.invoke("flaky", {})
        self.assertEqual((answer["left"], failure), (True, None))
        self.assertRegex(
            log,
            r"^INIT_REPORT Init Duration: [0-9.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError\n"
            r"starting as 993 in /app\nSTART .*\nEND .*\nREPORT .*\tMemory Size: 128 MB\t(Max Memory Used: \d+ MB\t)?$")

    def test_a_configuration_of_the_image(self):
        """What the function says of entry point, command and folder goes before what the image says."""
        uri, _ = self.app("configured", Entrypoint=["/nothing"], Cmd=["no.where"], WorkingDir="/")
        self.image_function("configured", uri)
        answer, failure, log = self.invoke("configured", {})
        self.assertEqual((answer["errorType"], failure), ("Runtime.InvalidEntrypoint", "Unhandled"))
        self.assertRegex(answer["errorMessage"], r"^RequestId: \S+ Error: fork/exec /nothing: no such file or directory$")
        lines = [line.split("\t")[1:] for line in log.splitlines() if line.startswith("INIT_REPORT")]
        tail = ["Status: error", "Error Type: Runtime.InvalidEntrypoint"]
        self.assertEqual(lines, [["Phase: init", *tail], ["Phase: invoke", *tail]])
        config = {"EntryPoint": ["python3", "-u", "/app/runtime.py"], "Command": ["handler.handle"], "WorkingDirectory": "/tmp"}
        made = self.api.update_function_configuration(FunctionName="configured", ImageConfig=config)
        self.assertEqual(made["ImageConfigResponse"], {"ImageConfig": config})
        self.api.get_waiter("function_updated_v2").wait(FunctionName="configured")
        answer, failure, log = self.invoke("configured", {})
        self.assertIsNone(failure, answer)
        self.assertIn("in /tmp", log)

    def test_images_that_cannot_be(self):
        """Images that are not there, not Amazon's, or of several machines are refused in AWS's words."""
        cases = {
            "nginx:latest": "Source image nginx:latest is not valid. Provide a valid source image.",
            f"{REGISTRY}/none:1": f"Source image {REGISTRY}/none:1 does not exist. Provide a valid source image.",
            f"{REGISTRY}/functions:none": f"Source image {REGISTRY}/functions:none does not exist. Provide a valid source image.",
        }
        self.app("one")
        one = self.ecr.batch_get_image(repositoryName="functions", imageIds=[{"imageTag": "one"}])["images"][0]
        index = json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [{"mediaType": one["imageManifestMediaType"], "digest": one["imageId"]["imageDigest"],
                           "size": len(one["imageManifest"])}]})
        self.ecr.put_image(repositoryName="functions", imageManifest=index, imageTag="many")
        cases[f"{REGISTRY}/functions:many"] = (
            f"The image manifest, config or layer media type for the source image {REGISTRY}/functions:many is not supported.")
        for uri, message in cases.items():
            refused = error(
                self.api.create_function, FunctionName="refused", PackageType="Image", Code={"ImageUri": uri}, Role=self.role)
            self.assertEqual((refused["Code"], refused["Message"]), ("InvalidParameterValueException", message))

    @unittest.skipUnless(amazons_runtime(), "awslambdaric is not installed: SKYLAB_TEST_PYTHON names a Python that has it")
    def test_amazons_runtime_client_in_an_image(self):
        """An image as AWS's guide builds it: awslambdaric is the entry point, the handler the command."""
        site = amazons_runtime()
        files = {"app/handler.py": b"def handle(e, c): return [e['n'] * 2, c.function_name]\n"}
        for top in os.listdir(site):
            if top.startswith(("awslambdaric", "runtime_client", "snapshot_restore_py", "simplejson")):
                for path in [Path(site, top), *Path(site, top).rglob("*")]:
                    if path.is_file():
                        files[f"app/{path.relative_to(site)}"] = path.read_bytes()
        uri, _ = self.push(
            "ric", files, Entrypoint=["python3", "-m", "awslambdaric"], Cmd=["handler.handle"], WorkingDir="/app")
        self.image_function("ric", uri, MemorySize=256)
        answer, failure, log = self.invoke("ric", {"n": 21})
        self.assertEqual((answer, failure), ([42, "ric"], None), log)


if __name__ == "__main__":
    unittest.main()
