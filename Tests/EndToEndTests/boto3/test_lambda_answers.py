import base64
import hashlib
import io
import json
import os
import shutil
import unittest
import urllib.error
import urllib.request
import zipfile

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from support import TestCase, client, error
from test_lambda import TRUST, package
from test_lambda_runs import archive

# A runtime that streams: it writes a first part, and the second when a message says that the first has arrived.
STREAMER = """#!/usr/bin/env python3
import http.client, json, os
import boto3

queue = boto3.client("sqs").get_queue_url(QueueName="stream-goes-on")["QueueUrl"]
api, root = os.environ["AWS_LAMBDA_RUNTIME_API"], "/2018-06-01/runtime/invocation/"
while True:
    asked = http.client.HTTPConnection(api)
    asked.request("GET", root + "next")
    answer = asked.getresponse()
    name, event = answer.headers["Lambda-Runtime-Aws-Request-Id"], json.load(answer)

    def parts():
        yield b"one"
        boto3.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        yield b"two"

    told = http.client.HTTPConnection(api)
    told.putrequest("POST", root + name + "/response")
    told.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
    told.putheader("Transfer-Encoding", "chunked")
    told.endheaders()
    for part in parts():
        told.send(b"%x\\r\\n%s\\r\\n" % (len(part), part))
    trailer = ""
    if event.get("fails"):
        body = json.dumps({"errorType": "Late", "errorMessage": "no more"}).encode()
        import base64
        trailer = "Lambda-Runtime-Function-Error-Type: Late\\r\\n"
        trailer += "Lambda-Runtime-Function-Error-Body: " + base64.b64encode(body).decode() + "\\r\\n"
    told.send(f"0\\r\\n{trailer}\\r\\n".encode())
    told.getresponse().read()
"""


class Answers(TestCase):
    """What functions answer and how it comes: streams, addresses, logs, code to download."""

    @classmethod
    def setUpClass(cls):
        cls.api = client("lambda")
        cls.logs = client("logs")
        cls.iam = client("iam")
        cls.sqs = client("sqs")
        cls.role = cls.iam.create_role(RoleName="answers", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]

    @classmethod
    def tearDownClass(cls):
        cls.iam.delete_role(RoleName="answers")

    def function(self, name, code="", **more):
        self.api.create_function(
            **{
                "FunctionName": name,
                "Runtime": "python3.12",
                "Role": self.role,
                "Handler": "handler.handle",
                "Code": {"ZipFile": package(handler=code)},
                "Timeout": 60,
                **more,
            }
        )
        self.addCleanup(self.api.delete_function, FunctionName=name)
        self.api.get_waiter("function_active_v2").wait(FunctionName=name)

    def invoke(self, name, event=None, **more):
        answer = self.api.invoke(FunctionName=name, Payload=json.dumps(event or {}), LogType="Tail", **more)
        return json.loads(answer["Payload"].read()), base64.b64decode(answer["LogResult"]).decode()

    def streamer(self, name):
        queue = self.sqs.create_queue(QueueName="stream-goes-on")["QueueUrl"]
        self.addCleanup(self.sqs.delete_queue, QueueUrl=queue)
        self.function(name, Runtime="provided.al2023", MemorySize=512, Code={"ZipFile": archive(bootstrap=STREAMER)})
        return queue

    def test_a_stream_of_events(self):
        """A part of an answer is there before the function goes on; what goes wrong later is in the last event."""
        queue = self.streamer("streams")
        answer = self.api.invoke_with_response_stream(FunctionName="streams", Payload=b"{}", LogType="Tail")
        self.assertEqual((answer["ExecutedVersion"], answer["StatusCode"]), ("$LATEST", 200))
        events = iter(answer["EventStream"])
        self.assertEqual(next(events), {"PayloadChunk": {"Payload": b"one"}})
        self.sqs.send_message(QueueUrl=queue, MessageBody="it has arrived")
        self.assertEqual(next(events), {"PayloadChunk": {"Payload": b"two"}})
        last = next(events)["InvokeComplete"]
        self.assertNotIn("ErrorCode", last)
        self.assertIn("REPORT RequestId:", base64.b64decode(last["LogResult"]).decode())
        self.assertEqual(list(events), [])

        self.sqs.send_message(QueueUrl=queue, MessageBody="again")
        answer = self.api.invoke_with_response_stream(FunctionName="streams", Payload=b'{"fails": true}')
        last = list(answer["EventStream"])[-1]["InvokeComplete"]
        self.assertEqual((last["ErrorCode"], json.loads(last["ErrorDetails"])["errorMessage"]), ("Late", "no more"))

        self.sqs.send_message(QueueUrl=queue, MessageBody="and again")
        self.assertEqual(self.api.invoke(FunctionName="streams", Payload=b"{}")["Payload"].read(), b"onetwo")

    def test_a_whole_answer_as_a_stream(self):
        """A function that answers at once has one part; one that fails has none."""
        self.function("whole", "def handle(e, c): return {'doubled': e['n'] * 2}")
        answer = self.api.invoke_with_response_stream(FunctionName="whole", Payload=b'{"n": 4}')
        events = list(answer["EventStream"])
        self.assertEqual(events, [{"PayloadChunk": {"Payload": b'{"doubled": 8}'}}, {"InvokeComplete": {}}])
        answer = self.api.invoke_with_response_stream(FunctionName="whole", Payload=b"{}")
        [last] = list(answer["EventStream"])
        self.assertEqual(last["InvokeComplete"]["ErrorCode"], "KeyError")
        missing = error(self.api.invoke_with_response_stream, FunctionName="none")
        self.assertEqual(missing["Code"], "ResourceNotFoundException")

    def ask(self, url, path="/", body=None, method=None, **headers):
        target = os.environ["AWS_ENDPOINT_URL"] + path
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(target, body, {"Host": url.split("/")[2], **names}, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as failure:
            return failure.code, failure.headers, failure.read()

    def open(self, name, **more):
        url = self.api.create_function_url_config(FunctionName=name, AuthType="NONE", **more)["FunctionUrl"]
        self.api.add_permission(
            FunctionName=name,
            StatementId="everybody",
            Action="lambda:InvokeFunctionUrl",
            Principal="*",
            FunctionUrlAuthType="NONE",
        )
        return url

    @unittest.skipUnless(shutil.which("node"), "node is not in PATH")
    def test_an_address_that_streams(self):
        """A stream may begin with the status, headers and cookies of its answer."""
        code = """
            export const handler = awslambda.streamifyResponse(async (event, stream) => {
              const head = { statusCode: 202, headers: { "Content-Type": "text/csv", "X-Rows": "2" }, cookies: ["a=1"] };
              const answer = event.rawPath === "/plain" ? stream : awslambda.HttpResponseStream.from(stream, head);
              answer.write("a,b\\n");
              answer.write("c,d\\n");
              answer.end();
            });"""
        self.function("rows", Runtime="nodejs22.x", Handler="index.handler", MemorySize=256,
                      Code={"ZipFile": archive(index_mjs=code)})  # fmt: skip
        url = self.open("rows", InvokeMode="RESPONSE_STREAM")
        status, headers, body = self.ask(url)
        self.assertEqual((status, body, headers["Transfer-Encoding"]), (202, b"a,b\nc,d\n", "chunked"))
        self.assertEqual((headers["Content-Type"], headers["X-Rows"], headers["Set-Cookie"]), ("text/csv", "2", "a=1"))
        status, headers, body = self.ask(url, "/plain")
        self.assertEqual((status, headers["Content-Type"], body), (200, "application/octet-stream", b"a,b\nc,d\n"))

    def test_the_event_of_an_address(self):
        """Texts come as they are, all else in Base64; cookies, queries and browsers' questions are seen to."""
        self.function("event", "def handle(event, context): return event")
        url = self.open("event", Cors={"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"], "MaxAge": 60})
        _, _, body = self.ask(url, "/a%20b?x=1&x=2", b"t", Content_Type="text/plain", Cookie="k=v; l=w")
        event = json.loads(body)
        self.assertEqual((event["version"], event["body"], event["isBase64Encoded"]), ("2.0", "t", False))
        self.assertEqual((event["cookies"], event["queryStringParameters"]), (["k=v", "l=w"], {"x": "1,2"}))
        self.assertRegex(event["requestContext"]["time"], r"^\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000$")
        _, _, body = self.ask(url, "/", b"a=b", Content_Type="application/x-www-form-urlencoded")
        event = json.loads(body)
        self.assertEqual((event["body"], event["isBase64Encoded"]), ("YT1i", True))
        status, headers, body = self.ask(
            url, method="OPTIONS", Origin="https://a.example", Access_Control_Request_Method="GET"
        )
        self.assertEqual((status, body, headers["Access-Control-Allow-Origin"]), (200, b"", "https://a.example"))
        self.assertEqual((headers["Access-Control-Allow-Methods"], headers["Access-Control-Max-Age"]), ("GET", "60"))
        self.assertIsNone(self.ask(url, Origin="https://b.example")[1]["Access-Control-Allow-Origin"])

    def test_an_address_for_those_who_sign(self):
        """With AWS_IAM a function learns who has signed the request."""
        self.function("signed-url", "def handle(e, c): return e['requestContext']['authorizer']['iam']['userArn']")
        url = self.api.create_function_url_config(FunctionName="signed-url", AuthType="AWS_IAM")["FunctionUrl"]
        self.assertEqual(self.ask(url)[0], 403)
        request = AWSRequest("GET", url)
        key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
        SigV4Auth(Credentials(key, secret), "lambda", "us-east-1").add_auth(request)
        headers = {name.replace("-", "_"): value for name, value in request.headers.items()}
        status, _, body = self.ask(url, **headers)
        self.assertEqual((status, json.loads(body)), (200, "arn:aws:iam::123456789012:root"))

    def test_code_to_download(self):
        """The code of functions and layers is where the answers say."""
        code = package(handler="def handle(e, c): return 1")
        self.function("downloads", Code={"ZipFile": code})
        location = self.api.get_function(FunctionName="downloads")["Code"]["Location"]
        with urllib.request.urlopen(location) as answer:
            self.assertEqual(answer.read(), code)
        layer = self.api.publish_layer_version(LayerName="downloads", Content={"ZipFile": code})
        self.addCleanup(self.api.delete_layer_version, LayerName="downloads", VersionNumber=1)
        with urllib.request.urlopen(layer["Content"]["Location"]) as answer:
            digest = base64.b64encode(hashlib.sha256(answer.read()).digest()).decode()
        self.assertEqual(digest, layer["Content"]["CodeSha256"])

    def test_logging(self):
        """What a Python handler logs has its level, its time and its request."""
        code = (
            "import logging\n"
            "logging.getLogger().setLevel('INFO')\n"
            "def handle(e, c):\n"
            "    logging.info('two\\nlines')\n"
            "    logging.debug('nothing')\n"
            "    raise ValueError('bad')\n"
        )
        self.function("logs", code)
        document, log = self.invoke("logs")
        name = document["requestId"]
        self.assertRegex(log, rf"\[INFO\]\t\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z\t{name}\ttwo\nlines\n")
        self.assertNotIn("nothing", log)
        self.assertEqual(document["stackTrace"], ["  File \"/var/task/handler.py\", line 6, in handle\n    raise ValueError('bad')\n"])
        self.assertIn("[ERROR] ValueError: bad\nTraceback (most recent call last):\n", log)
        events = self.logs.filter_log_events(logGroupName="/aws/lambda/logs", filterPattern="lines")["events"]
        self.assertEqual(len(events), 1)

    def test_logs_in_JSON(self):
        """Where logs are JSON, each line of the platform's and of the logger's is an object, from a level on."""
        code = "import logging\ndef handle(e, c):\n    logging.warning('%s seen', 'much')\n    logging.info('little')\n"
        self.function(
            "json-logs", code, LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "WARN", "LogGroup": "/of/ours"}
        )
        _, log = self.invoke("json-logs")
        lines = [json.loads(line) for line in log.splitlines()]
        self.assertEqual(
            [line.get("type", line.get("level")) for line in lines],
            ["platform.initStart", "platform.start", "WARNING", "platform.report"],
        )
        self.assertEqual((lines[2]["message"], lines[2]["requestId"]), ("much seen", lines[1]["record"]["requestId"]))
        self.assertEqual(lines[3]["record"]["status"], "success")
        self.assertIn("billedDurationMs", lines[3]["record"]["metrics"])
        self.assertEqual(len(self.logs.filter_log_events(logGroupName="/of/ours", filterPattern="much")["events"]), 1)

    def test_environments_that_are_ready(self):
        """Provisioned environments have started before the first event; where the code cannot start, they fail."""
        code = "import os\ndef handle(e, c): return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']"
        self.function("ready", code)
        self.api.publish_version(FunctionName="ready")
        put = self.api.put_provisioned_concurrency_config
        self.assertEqual(put(FunctionName="ready", Qualifier="1", ProvisionedConcurrentExecutions=2)["Status"], "IN_PROGRESS")
        found = self.api.get_provisioned_concurrency_config(FunctionName="ready", Qualifier="1")
        self.assertEqual((found["Status"], found["AvailableProvisionedConcurrentExecutions"]), ("READY", 2))
        answer, log = self.invoke("ready", Qualifier="1")
        self.assertEqual(answer, "provisioned-concurrency")
        self.assertNotIn("INIT_START", log)
        self.assertEqual(self.invoke("ready")[0], "on-demand")
        self.function("unready", "import nonsense")
        self.api.publish_version(FunctionName="unready")
        put(FunctionName="unready", Qualifier="1", ProvisionedConcurrentExecutions=1)
        found = self.api.get_provisioned_concurrency_config(FunctionName="unready", Qualifier="1")
        self.assertEqual((found["Status"], found["StatusReason"]), ("FAILED", "FUNCTION_ERROR_INIT_FAILURE"))

    def test_a_start_that_fails(self):
        """The log tells of the start, and the report says what came of it."""
        self.function("unstarted", "import nonsense")
        _, log = self.invoke("unstarted")
        self.assertRegex(
            log,
            r"^INIT_START .*\n"
            r"\[ERROR\] Runtime.ImportModuleError: Unable to import module 'handler': No module named 'nonsense'\n"
            r"Traceback \(most recent call last\):\n"
            r"INIT_REPORT Init Duration: [0-9.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError\n"
            r"\[ERROR\] Runtime.ImportModuleError: .*\nTraceback .*\n"
            r"INIT_REPORT Init Duration: [0-9.]+ ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError\n"
            r"START RequestId: .*\nEND RequestId: .*\n"
            r"REPORT RequestId: .*\tStatus: error\tError Type: Runtime.ImportModuleError",
        )

    def test_a_layer_that_is_gone(self):
        """A function keeps a layer whose version is deleted; nobody else gets it any more."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as made:
            made.writestr("python/kept.py", "WORD = 'kept'\n")
        arn = self.api.publish_layer_version(LayerName="gone", Content={"ZipFile": buffer.getvalue()})["LayerVersionArn"]
        self.function("keeps", "import kept\ndef handle(e, c): return kept.WORD", Layers=[arn])
        self.api.delete_layer_version(LayerName="gone", VersionNumber=1)
        self.assertEqual(self.invoke("keeps")[0], "kept")
        self.assertEqual(self.api.list_layers()["Layers"], [])
        self.assertEqual(error(self.api.get_layer_version_by_arn, Arn=arn)["Code"], "ResourceNotFoundException")

    @unittest.skipUnless(shutil.which("node"), "node is not in PATH")
    def test_what_node_does_not_forgive(self):
        """ES modules have their own names or packages; promises that nobody waits for end the runtime."""
        node = {"Runtime": "nodejs22.x", "Handler": "index.handler", "MemorySize": 256}
        self.function("esm", **node, Code={"ZipFile": archive(index_js="export const handler = async () => 1;")})
        self.assertEqual(self.invoke("esm")[0]["errorType"], "Runtime.UserCodeSyntaxError")
        self.function(
            "packaged",
            **node,
            Code={"ZipFile": archive(index_js="export const handler = async () => 1;", package_json='{"type": "module"}')},
        )
        self.assertEqual(self.invoke("packaged")[0], 1)
        rejects = "exports.handler = async () => { Promise.reject(new Error('no')); await new Promise((r) => setTimeout(r, 9999)); };"
        self.function("rejects", **node, Code={"ZipFile": archive(index_js=rejects)})
        found, _ = self.invoke("rejects")
        self.assertEqual((found["errorType"], found["errorMessage"]), ("Runtime.UnhandledPromiseRejection", "Error: no"))

    def test_what_a_client_says_of_itself(self):
        """A client's context comes in Base64 and gets to the handler as an object."""
        self.function("context", "def handle(e, c): return c.client_context.custom['a']")
        text = base64.b64encode(b'{"custom": {"a": 7}}').decode()
        self.assertEqual(self.invoke("context", ClientContext=text)[0], 7)
        self.assertEqual(
            error(self.api.invoke, FunctionName="context", ClientContext="***")["Code"], "InvalidRequestContentException"
        )

    @unittest.skipUnless(shutil.which("javac"), "javac is not in PATH")
    def test_java(self):
        """Java handlers get maps, beans and records, and their exceptions are told with their frames."""
        import subprocess
        import tempfile

        code = """
            import java.util.Map;
            public class App {
              public record Order(String name, int count) {}
              public Map<String, Object> handle(Order order) {
                if (order.count() < 0) throw new IllegalStateException("negative");
                System.out.println("took " + order.name());
                return Map.of("total", order.count() * 2);
              }
            }"""
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "App.java"), "w") as file:
                file.write(code)
            subprocess.run(["javac", "App.java"], cwd=folder, check=True)
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as made:
                for name in os.listdir(folder):
                    if name.endswith(".class"):
                        made.write(os.path.join(folder, name), name)
        self.function(
            "java", Runtime="java21", Handler="App::handle", MemorySize=512, Code={"ZipFile": buffer.getvalue()}
        )
        found, log = self.invoke("java", {"name": "tea", "count": 21})
        self.assertEqual(found, {"total": 42})
        self.assertIn("\ntook tea\n", log)
        self.assertRegex(log, r"Max Memory Used: \d+ MB")
        found, _ = self.invoke("java", {"name": "tea", "count": -1})
        self.assertEqual((found["errorType"], found["errorMessage"]), ("java.lang.IllegalStateException", "negative"))
        self.assertEqual(found["stackTrace"][0].split("(")[0], "App.handle")


if __name__ == "__main__":
    unittest.main()
