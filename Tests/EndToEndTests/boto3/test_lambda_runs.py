import base64
import io
import json
import os
import shutil
import subprocess
import unittest
import urllib.error
import urllib.request
import zipfile

from support import TestCase, client, error, error_code
from test_lambda import TRUST, package

BOOTSTRAP = """#!/bin/sh
# A runtime of two programs: asks for an event, says what the handler's name and the event are.
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
    python3 - "$api" "$_HANDLER" <<'PY'
import sys, urllib.request
api, handler = sys.argv[1:]
event = urllib.request.urlopen(api + "/invocation/next")
body = event.read().decode()
name = event.headers["Lambda-Runtime-Aws-Request-Id"]
urllib.request.urlopen(urllib.request.Request(f"{api}/invocation/{name}/response", (handler + " " + body).encode()))
PY
done
"""


def archive(**files):
    """A zip file of programs; `index_mjs` becomes `index.mjs`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name.replace("_", "."))
            entry.external_attr = 0o755 << 16
            made.writestr(entry, text)
    return buffer.getvalue()


def locked():
    """A zip file with a bootstrap that nobody may run."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr(zipfile.ZipInfo("bootstrap"), BOOTSTRAP)
    return buffer.getvalue()


def amazons_runtime():
    """The folder with Amazon's own runtime of Python functions; None where it is not installed."""
    python = os.environ.get("SKYLAB_TEST_PYTHON", "")
    program = "import awslambdaric, os; print(os.path.dirname(os.path.dirname(awslambdaric.__file__)))"
    if not python or not os.path.exists(python):
        return None
    found = subprocess.run([python, "-c", program], capture_output=True, text=True)
    return found.stdout.strip() if found.returncode == 0 else None


class Functions(TestCase):
    """What tests of functions need."""

    @classmethod
    def setUpClass(cls):
        cls.api = client("lambda")
        cls.logs = client("logs")
        cls.sqs = client("sqs")
        cls.iam = client("iam")
        cls.role = cls.iam.create_role(RoleName="lambda-run", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]

    @classmethod
    def tearDownClass(cls):
        cls.iam.delete_role(RoleName="lambda-run")

    def function(self, name, code="", **more):
        parameters = {
            "FunctionName": name,
            "Runtime": "python3.12",
            "Role": self.role,
            "Handler": "handler.handle",
            "Code": {"ZipFile": package(handler=code)},
            "Timeout": 60,
            **more,
        }
        self.api.create_function(**parameters)
        self.addCleanup(self.api.delete_function, FunctionName=name)
        self.api.get_waiter("function_active_v2").wait(FunctionName=name)

    def invoke(self, name, event=None, **more):
        """The payload, the kind of failure, and the end of the log."""
        answer = self.api.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail", **more)
        self.assertEqual(answer["StatusCode"], 200)
        log = base64.b64decode(answer["LogResult"]).decode()
        self.assertIn(f"RequestId: {answer['ResponseMetadata']['RequestId']}", log)
        return json.loads(answer["Payload"].read()), answer.get("FunctionError"), log


class Running(Functions):
    """Functions run: Python, Node.js and runtimes of the student's own."""

    def test_python(self):
        """A handler gets its event and its context, keeps what it remembers, and logs."""
        self.function(
            "python",
            "import os\n"
            "count = 0\n"
            "print('starting')\n"
            "def handle(event, context):\n"
            "    global count\n"
            "    count += 1\n"
            "    print('hello', event['name'])\n"
            "    left = context.get_remaining_time_in_millis()\n"
            "    return {'count': count, 'id': context.aws_request_id, 'left': left, 'stage': os.environ['STAGE'],\n"
            "            'arn': context.invoked_function_arn, 'memory': context.memory_limit_in_mb}\n",
            Environment={"Variables": {"STAGE": "test"}},
        )
        first, failure, log = self.invoke("python", {"name": "ana"})
        self.assertIsNone(failure)
        self.assertEqual((first["count"], first["stage"], first["memory"]), (1, "test", "128"))
        self.assertEqual(first["arn"], "arn:aws:lambda:us-east-1:123456789012:function:python")
        self.assertTrue(50_000 < first["left"] <= 60_000)
        lines = log.splitlines()
        self.assertTrue(lines[0].startswith("INIT_START Runtime Version: python:3.12.v1"))
        self.assertEqual(
            lines[1:5],
            ["starting", f"START RequestId: {first['id']} Version: $LATEST", "hello ana", f"END RequestId: {first['id']}"],
        )
        self.assertRegex(
            lines[5],
            r"REPORT RequestId: [0-9a-f-]{36}\tDuration: [0-9.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
            r"Max Memory Used: \d+ MB\tInit Duration: [0-9.]+ ms",
        )
        second, _, log = self.invoke("python", {"name": "ben"})
        self.assertEqual(second["count"], 2)
        self.assertNotIn("Init Duration", log)
        events = self.logs.filter_log_events(logGroupName="/aws/lambda/python", filterPattern="hello")["events"]
        self.assertEqual([event["message"] for event in events], ["hello ana\n", "hello ben\n"])
        metrics = client("cloudwatch").list_metrics(Namespace="AWS/Lambda", MetricName="Invocations")["Metrics"]
        self.assertIn([{"Name": "FunctionName", "Value": "python"}], [metric["Dimensions"] for metric in metrics])

    def test_a_change_of_code(self):
        """After a change of code the new code runs; a version that was published keeps the old."""
        self.function("changing", "def handle(event, context): return 1")
        self.assertEqual(self.invoke("changing")[0], 1)
        self.api.publish_version(FunctionName="changing")
        self.api.update_function_code(
            FunctionName="changing", ZipFile=package(handler="def handle(event, context): return 2")
        )
        self.api.get_waiter("function_updated_v2").wait(FunctionName="changing")
        self.assertEqual(self.invoke("changing")[0], 2)
        self.assertEqual(self.invoke("changing", Qualifier="1")[0], 1)
        self.api.create_alias(FunctionName="changing", Name="live", FunctionVersion="1")
        self.assertEqual(self.invoke("changing:live")[0], 1)

    def test_failures(self):
        """What goes wrong in a handler is told in AWS's documents."""
        cases = [
            ("raises", "def handle(e, c): raise KeyError('x')", "KeyError", "'x'"),
            (
                "imports",
                "import nonsense",
                "Runtime.ImportModuleError",
                "Unable to import module 'handler': No module named 'nonsense'",
            ),
            ("misses", "x = 1", "Runtime.HandlerNotFound", "Handler 'handle' missing on module 'handler'"),
            (
                "marshals",
                "def handle(e, c): return {1}",
                "Runtime.MarshalError",
                "Unable to marshal response: Object of type set is not JSON serializable",
            ),
            (
                "exits",
                "import os\ndef handle(e, c): os._exit(3)",
                "Runtime.ExitError",
                "Runtime exited with error: exit status 3",
            ),
            (
                "grows",
                "def handle(e, c): return len(bytearray(400 << 20))",
                "Runtime.ExitError",
                "Runtime exited with error: signal: killed",
            ),
            (
                "answers-much",
                "def handle(e, c): return 'x' * (7 << 20)",
                "Function.ResponseSizeTooLarge",
                "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
            ),
        ]
        for name, code, kind, message in cases:
            with self.subTest(name):
                self.function(name, code)
                document, failure, log = self.invoke(name)
                self.assertEqual((failure, document["errorType"]), ("Unhandled", kind))
                self.assertTrue(document["errorMessage"].endswith(message), document)
                self.assertIn("REPORT RequestId:", log)
        trace, _, log = self.invoke("raises")
        self.assertIn("handler.py", trace["stackTrace"][0])
        self.assertIn("[ERROR] KeyError: 'x'\nTraceback (most recent call last):", log)

    def test_a_handler_that_does_not_end(self):
        """A function that takes too long is ended; the next event finds a new environment."""
        self.function(
            "slow",
            "import time\n"
            "count = 0\n"
            "def handle(event, context):\n"
            "    global count\n"
            "    count += 1\n"
            "    time.sleep(event['seconds'])\n"
            "    return count\n",
            Timeout=1,
        )
        document, failure, log = self.invoke("slow", {"seconds": 300})
        self.assertEqual((failure, document["errorType"]), ("Unhandled", "Sandbox.Timedout"))
        self.assertRegex(document["errorMessage"], r"^RequestId: [0-9a-f-]{36} Error: Task timed out after 1.00 seconds$")
        self.assertIn("Task timed out after 1.00 seconds", log)
        self.assertRegex(log, r"\tMax Memory Used: [1-9]\d* MB\tInit Duration: [0-9.]+ ms\tStatus: timeout")
        self.assertEqual(self.invoke("slow", {"seconds": 0})[0], 1)

    def test_a_hostile_runtime(self):
        """Answers to other request ids, rubbish and a flood of output leave the emulator unharmed."""
        self.function(
            "hostile",
            "import os, socket, urllib.request, urllib.error\n"
            "api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/'\n"
            "def post(path):\n"
            "    try:\n"
            "        return urllib.request.urlopen(urllib.request.Request(api + path, b'forged')).status\n"
            "    except urllib.error.HTTPError as error:\n"
            "        return error.code\n"
            "def handle(event, context):\n"
            "    found = [post('invocation/00000000-0000-0000-0000-000000000000/response'), post('nothing/of/this')]\n"
            "    found.append(post('init/error'))\n"
            "    host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')\n"
            "    rubbish = socket.create_connection((host, int(port)))\n"
            "    rubbish.sendall(b'\\x00\\xff' * 5000)\n"
            "    rubbish.close()\n"
            "    for _ in range(40):\n"
            "        print('y' * 100_000)\n"
            "    try:\n"
            "        socket.create_connection(('169.254.169.254', 80), timeout=1)\n"
            "        found.append('metadata')\n"
            "    except OSError:\n"
            "        found.append('no metadata')\n"
            "    return found\n",
        )
        found, failure, _ = self.invoke("hostile")
        self.assertEqual((found, failure), ([400, 404, 403, "no metadata"], None))
        self.assertEqual(self.invoke("hostile")[1], None)

    @unittest.skipUnless(shutil.which("node"), "node is not in PATH")
    def test_node(self):
        """Node.js: promises, callbacks, ES modules and CommonJS, errors."""
        node = {"Runtime": "nodejs22.x", "Handler": "index.handler", "MemorySize": 256}
        self.function(
            "node",
            **node,
            Code={
                "ZipFile": archive(
                    index_mjs="export const handler = async (event, context) => {\n"
                    "  console.log('hi', event.name);\n"
                    "  return { name: event.name, id: context.awsRequestId };\n"
                    "};\n"
                )
            },
        )
        found, failure, log = self.invoke("node", {"name": "ana"})
        self.assertEqual((found["name"], failure), ("ana", None))
        self.assertIn(f"\t{found['id']}\tINFO\thi ana", log)
        self.function(
            "callback",
            **node,
            Code={"ZipFile": archive(index_js="exports.handler = (e, c, done) => setTimeout(() => done(null, 'late'), 5);")},
        )
        self.assertEqual(self.invoke("callback")[0], "late")
        self.function(
            "throws",
            **node,
            Code={"ZipFile": archive(index_js="exports.handler = async () => { throw new TypeError('bad'); };")},
        )
        found, failure, _ = self.invoke("throws")
        self.assertEqual((found["errorType"], found["errorMessage"], failure), ("TypeError", "bad", "Unhandled"))
        self.function("lacks", **node, Code={"ZipFile": archive(index_mjs="export const other = 1;")})
        found, failure, _ = self.invoke("lacks")
        self.assertEqual(found["errorType"], "Runtime.HandlerNotFound")
        self.assertEqual(found["errorMessage"], "index.handler is undefined or not exported")

    @unittest.skipUnless(shutil.which("ruby"), "ruby is not in PATH")
    def test_ruby(self):
        """Ruby: methods and class methods, the context, loggers, what raises, what is not there."""
        code = (
            "require 'logger'\n"
            "require 'shout'\n"
            "LOG = Logger.new($stdout)\n"
            "def handler(event:, context:)\n"
            "  LOG.info(\"hi\\n#{event['name']}\")\n"
            "  raise ArgumentError, 'no name' unless event['name']\n"
            "  { name: shout(event['name']), id: context.aws_request_id, left: context.get_remaining_time_in_millis }\n"
            "end\n"
            "module Shop\n"
            "  class Order\n"
            "    def self.place(event:, context:) = event.fetch('items').sum\n"
            "  end\n"
            "end\n"
            "def lost(event:, context:) = no_such_thing\n"
        )
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as made:
            made.writestr("main.rb", code)
            gems = "vendor/bundle/ruby/3.3.0"
            made.writestr(f"{gems}/gems/shout-1.0/lib/shout.rb", "def shout(text) = text.upcase\n")
            made.writestr(f"{gems}/specifications/shout-1.0.gemspec", (
                "Gem::Specification.new { |gem| gem.name, gem.version = 'shout', '1.0'\n"
                "gem.summary, gem.authors = 'x', ['x']; gem.files = ['lib/shout.rb'] }\n"))
        ruby = {"Runtime": "ruby3.3", "Code": {"ZipFile": buffer.getvalue()}}
        self.function("ruby", **ruby, Handler="main.handler")
        found, failure, log = self.invoke("ruby", {"name": "ana"})
        self.assertEqual((found["name"], failure), ("ANA", None), log)
        self.assertTrue(0 < found["left"] <= 60_000)
        self.assertRegex(log, rf"I, \[\S+ #\d+\]  INFO {found['id']} -- : hi\nana\n")
        self.assertIn("Max Memory Used", log)
        found, failure, log = self.invoke("ruby", {})
        self.assertEqual((found["errorType"], found["errorMessage"]), ("Function<ArgumentError>", "no name"))
        self.assertTrue(found["stackTrace"][0].startswith("/var/task/main.rb:6:in"), found)
        self.assertIn("Error raised from handler method\n{\n", log)
        self.function("ruby-class", **ruby, Handler="main.Shop::Order.place")
        self.assertEqual(self.invoke("ruby-class", {"items": [1, 2, 3]})[0], 6)
        self.assertEqual(self.invoke("ruby-class", {})[0]["errorType"], "Function<KeyError>")
        self.function("ruby-lost", **ruby, Handler="main.lost")
        found, failure, log = self.invoke("ruby-lost", {})
        self.assertEqual((found["errorType"], failure), ("Function<NameError>", "Unhandled"))
        self.assertIn("Critical exception from handler", log)
        self.function("ruby-none", **ruby, Handler="none.handler")
        found, failure, log = self.invoke("ruby-none", {})
        self.assertEqual((found["errorType"], found["errorMessage"]), ("Init<LoadError>", "cannot load such file -- none"))
        self.assertIn("Phase: invoke\tStatus: error\tError Type: Init<LoadError>", log)

    def test_a_runtime_of_ones_own(self):
        """A bootstrap that speaks the runtime API is a runtime; without one nothing runs."""
        own = {"Runtime": "provided.al2023", "Handler": "the-handler"}
        self.function("own", **own, Code={"ZipFile": archive(bootstrap=BOOTSTRAP)})
        answer = self.api.invoke(FunctionName="own", Payload=b'{"a": 1}', LogType="Tail")
        self.assertRegex(base64.b64decode(answer["LogResult"]).decode(), r"\tMax Memory Used: [1-9]\d* MB\t")
        self.assertEqual(answer["Payload"].read(), b'the-handler {"a": 1}')
        cases = {"none": "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
                 "locked": "fork/exec /var/task/bootstrap: permission denied"}
        for name, reason in cases.items():
            self.function(name, **own, Code={"ZipFile": package(handler="") if name == "none" else locked()})
            document, failure, _ = self.invoke(name)
            self.assertEqual((document["errorType"], failure), ("Runtime.InvalidEntrypoint", "Unhandled"))
            self.assertTrue(document["errorMessage"].endswith(f" Error: {reason}"), document)

    @unittest.skipUnless(amazons_runtime(), "awslambdaric is not installed: SKYLAB_TEST_PYTHON names a Python that has it")
    def test_amazons_own_runtime(self):
        """awslambdaric, unchanged, runs handlers on our Runtime API."""
        site = amazons_runtime()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
            for top in os.listdir(site):
                if not top.startswith(("awslambdaric", "runtime_client", "snapshot_restore_py", "simplejson")):
                    continue
                if os.path.isfile(os.path.join(site, top)):
                    made.write(os.path.join(site, top), top)
                for folder, _, names in os.walk(os.path.join(site, top)):
                    for name in names:
                        path = os.path.join(folder, name)
                        made.write(path, os.path.relpath(path, site))
            made.writestr("handler.py", "def handle(e, c): return {'doubled': e['n'] * 2, 'id': c.aws_request_id}\n")
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o755 << 16
            made.writestr(entry, '#!/bin/sh\nexec python3 -m awslambdaric "$_HANDLER"\n')
        self.function(
            "amazons", Runtime="provided.al2023", MemorySize=256, Code={"ZipFile": buffer.getvalue()}
        )
        found, failure, log = self.invoke("amazons", {"n": 21})
        self.assertEqual((found["doubled"], failure), (42, None))
        self.assertIn(f"START RequestId: {found['id']}", log)
        found, failure, _ = self.invoke("amazons", {})
        self.assertEqual((found["errorType"], failure), ("KeyError", "Unhandled"))

    def test_layers(self):
        """A function sees its layers below /opt."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as made:
            made.writestr("python/helper.py", "WORD = 'from the layer'\n")
        layer = self.api.publish_layer_version(LayerName="runs", Content={"ZipFile": buffer.getvalue()})
        self.addCleanup(self.api.delete_layer_version, LayerName="runs", VersionNumber=1)
        self.function(
            "layered-run",
            "import helper\ndef handle(e, c): return helper.WORD",
            Layers=[layer["LayerVersionArn"]],
        )
        self.assertEqual(self.invoke("layered-run")[0], "from the layer")

    def test_calls_of_a_handler(self):
        """A handler's own calls are made as its role."""
        self.function(
            "calls",
            "import boto3\ndef handle(e, c): return boto3.client('sts').get_caller_identity()['Arn']",
            MemorySize=512,
        )
        self.assertEqual(
            self.invoke("calls")[0], "arn:aws:sts::123456789012:assumed-role/lambda-run/calls"
        )

    def test_kinds_of_invocation(self):
        """Dry runs, bad payloads, and functions that may not run at all."""
        self.function("kinds", "def handle(e, c): return e")
        self.assertEqual(self.api.invoke(FunctionName="kinds", InvocationType="DryRun")["StatusCode"], 204)
        self.assertEqual(
            error_code(self.api.invoke, FunctionName="kinds", Payload=b"{no json"), "InvalidRequestContentException"
        )
        much = error(self.api.invoke, FunctionName="kinds", Payload=b'"' + b"x" * 6_300_000 + b'"')
        self.assertEqual(much["Code"], "RequestEntityTooLargeException")
        self.api.put_function_concurrency(FunctionName="kinds", ReservedConcurrentExecutions=0)
        self.assertEqual(error_code(self.api.invoke, FunctionName="kinds"), "TooManyRequestsException")

    def queue(self, name, **attributes):
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.addCleanup(self.sqs.delete_queue, QueueUrl=url)
        return url, f"arn:aws:sqs:us-east-1:123456789012:{name}"

    def test_asynchronous(self):
        """An event that fails is tried three times, and what came of it goes to a queue."""
        url, arn = self.queue("lambda-failed")
        self.function("background", "def handle(e, c):\n    print('tried')\n    raise ValueError(e['word'])")
        self.api.put_function_event_invoke_config(
            FunctionName="background", DestinationConfig={"OnFailure": {"Destination": arn}}
        )
        answer = self.api.invoke(FunctionName="background", InvocationType="Event", Payload=b'{"word": "no"}')
        self.assertEqual(answer["StatusCode"], 202)
        tries = self.logs.filter_log_events(logGroupName="/aws/lambda/background", filterPattern="tried")["events"]
        self.assertEqual(len(tries), 3)
        self.assertGreaterEqual(tries[2]["timestamp"] - tries[0]["timestamp"], 180_000)
        message = json.loads(self.sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])
        self.assertEqual(message["requestContext"]["condition"], "RetriesExhausted")
        self.assertEqual(message["requestContext"]["approximateInvokeCount"], 3)
        self.assertEqual(message["requestPayload"], {"word": "no"})
        self.assertEqual(message["responsePayload"]["errorMessage"], "no")

    def test_invoke_async(self):
        """The call that Invoke has taken the place of hands an event over as well."""
        self.function("older", "def handle(e, c):\n    print('got ' + e['word'])")
        answer = self.api.invoke_async(FunctionName="older", InvokeArgs=b'{"word": "it"}')
        self.assertEqual(answer["Status"], 202)
        said = self.logs.filter_log_events(logGroupName="/aws/lambda/older", filterPattern="got")["events"]
        self.assertEqual([one["message"].strip() for one in said], ["got it"])

    def test_a_queue_as_source(self):
        """Messages go to the function in batches; those that it could not do come back, and then to the dead letters."""
        dead, dead_arn = self.queue("lambda-dead")
        url, arn = self.queue(
            "lambda-work",
            VisibilityTimeout="60",
            RedrivePolicy=json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": "1"}),
        )
        self.function(
            "worker",
            "def handle(event, context):\n"
            "    print('batch of', len(event['Records']))\n"
            "    bad = [r['messageId'] for r in event['Records'] if r['body'] == 'bad']\n"
            "    return {'batchItemFailures': [{'itemIdentifier': name} for name in bad]}\n",
        )
        made = self.api.create_event_source_mapping(
            FunctionName="worker", EventSourceArn=arn, FunctionResponseTypes=["ReportBatchItemFailures"]
        )
        self.addCleanup(self.api.delete_event_source_mapping, UUID=made["UUID"])
        self.assertEqual(self.api.get_event_source_mapping(UUID=made["UUID"])["State"], "Enabled")
        self.sqs.send_message_batch(
            QueueUrl=url,
            Entries=[{"Id": str(place), "MessageBody": body} for place, body in enumerate(["one", "bad", "two"])],
        )
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        self.assertEqual(
            (found["ApproximateNumberOfMessages"], found["ApproximateNumberOfMessagesNotVisible"]), ("0", "1")
        )
        events = self.logs.filter_log_events(logGroupName="/aws/lambda/worker", filterPattern="batch")["events"]
        self.assertEqual([event["message"] for event in events], ["batch of 3\n"])

    def test_a_bucket_as_source(self):
        """A bucket tells a function of its objects, where the function's policy lets it."""
        s3 = client("s3")
        s3.create_bucket(Bucket="lambda-notifies")
        self.addCleanup(s3.delete_bucket, Bucket="lambda-notifies")
        self.function(
            "notified",
            "def handle(e, c):\n"
            "    for r in e['Records']:\n"
            "        print(r['eventName'], r['s3']['bucket']['name'], r['s3']['object']['key'], r['s3']['object'].get('size'))\n",
        )
        arn = "arn:aws:lambda:us-east-1:123456789012:function:notified"
        rule = {"Name": "suffix", "Value": ".png"}
        wanted = {
            "Bucket": "lambda-notifies",
            "NotificationConfiguration": {
                "LambdaFunctionConfigurations": [
                    {
                        "LambdaFunctionArn": arn,
                        "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
                        "Filter": {"Key": {"FilterRules": [rule]}},
                    }
                ]
            },
        }
        self.assertEqual(
            error(s3.put_bucket_notification_configuration, **wanted)["Message"],
            "Unable to validate the following destination configurations",
        )
        s3.put_bucket_notification_configuration(**wanted, SkipDestinationValidation=True)
        s3.put_object(Bucket="lambda-notifies", Key="too-early.png", Body=b"x")
        self.api.add_permission(
            FunctionName="notified",
            StatementId="bucket",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
            SourceArn="arn:aws:s3:::lambda-notifies",
        )
        s3.put_object(Bucket="lambda-notifies", Key="a picture.png", Body=b"four")
        s3.put_object(Bucket="lambda-notifies", Key="a text.txt", Body=b"x")
        s3.delete_object(Bucket="lambda-notifies", Key="a picture.png")
        events = self.logs.filter_log_events(logGroupName="/aws/lambda/notified", filterPattern="Object")["events"]
        self.assertEqual(
            sorted(event["message"].strip() for event in events),
            [
                "ObjectCreated:Put lambda-notifies a+picture.png 4",
                "ObjectRemoved:Delete lambda-notifies a+picture.png None",
            ],
        )
        for key in ("too-early.png", "a text.txt"):
            s3.delete_object(Bucket="lambda-notifies", Key=key)

    def test_a_circle(self):
        """A function that a bucket tells of what the function itself puts there is stopped after sixteen rounds."""
        s3 = client("s3")
        s3.create_bucket(Bucket="lambda-circle")
        code = (
            "import os, boto3\n"
            "def handle(e, c):\n"
            "    print('round')\n"
            "    boto3.client('s3').put_object(Bucket='lambda-circle', Key='again', Body=b'x')\n"
        )
        self.function("circle", code, MemorySize=512)
        self.api.add_permission(
            FunctionName="circle", StatementId="bucket", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
        )
        arn = "arn:aws:lambda:us-east-1:123456789012:function:circle"
        s3.put_bucket_notification_configuration(
            Bucket="lambda-circle",
            NotificationConfiguration={
                "LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]
            },
        )
        s3.put_object(Bucket="lambda-circle", Key="first", Body=b"x")
        events = self.logs.filter_log_events(logGroupName="/aws/lambda/circle", filterPattern="round")["events"]
        self.assertEqual(len(events), 16)
        for key in ("first", "again"):
            s3.delete_object(Bucket="lambda-circle", Key=key)
        s3.delete_bucket(Bucket="lambda-circle")

    def test_a_full_disk(self):
        """A handler that fills /tmp hears so, and goes on."""
        code = (
            "def handle(e, c):\n"
            "    try:\n"
            "        with open('/tmp/much', 'wb') as file:\n"
            "            for _ in range(600):\n"
            "                file.write(bytes(1 << 20))\n"
            "    except OSError as error:\n"
            "        return error.errno\n"
        )
        self.function("fills", code)
        self.assertEqual(self.invoke("fills")[0], 28)

    def test_a_crash_keeps_what_is_in_tmp(self):
        """A runtime that crashed, or took too long, is started anew in its environment: what it left in /tmp is still there."""
        code = (
            "import os, time\n"
            "def handle(event, context):\n"
            "    left = sorted(name for name in os.listdir('/tmp') if name.isdigit())\n"
            "    open(f'/tmp/{len(left)}', 'w').close()\n"
            "    if event['do'] == 'crash':\n"
            "        os._exit(3)\n"
            "    if event['do'] == 'sleep':\n"
            "        time.sleep(9)\n"
            "    return left\n"
        )
        self.function("crashes", code, Timeout=1)
        for do, answer in (
            ("crash", "Runtime.ExitError"), ("crash", "Runtime.ExitError"), ("sleep", "Sandbox.Timedout"),
            ("look", ["0", "1", "2"]),
        ):
            said = self.invoke("crashes", {"do": do})[0]
            self.assertEqual(said if do == "look" else said["errorType"], answer)

    def test_a_function_s_address(self):
        """A function answers HTTP requests at its own address, for everybody or for those who sign."""
        self.function(
            "addressed",
            "import json\n"
            "def handle(event, context):\n"
            "    http = event['requestContext']['http']\n"
            "    if http['path'] == '/plain':\n"
            "        return {'hello': event['queryStringParameters']['name']}\n"
            "    return {'statusCode': 201, 'headers': {'Content-Type': 'text/plain', 'X-Method': http['method']},\n"
            "            'cookies': ['a=1'], 'body': 'got ' + event['body']}\n",
        )
        url = self.api.create_function_url_config(FunctionName="addressed", AuthType="NONE")["FunctionUrl"]
        host = url.split("/")[2]

        def ask(path, body=None):
            headers = {"Host": host, "Content-Type": "text/plain"}
            request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + path, body, headers)
            try:
                with urllib.request.urlopen(request) as answer:
                    return answer.status, dict(answer.headers), answer.read()
            except urllib.error.HTTPError as error:
                return error.code, dict(error.headers), error.read()

        self.assertEqual(ask("/")[0], 403)
        self.api.add_permission(
            FunctionName="addressed",
            StatementId="everybody",
            Action="lambda:InvokeFunctionUrl",
            Principal="*",
            FunctionUrlAuthType="NONE",
        )
        status, headers, body = ask("/things", b"a body")
        self.assertEqual((status, body, headers["X-Method"], headers["Set-Cookie"]), (201, b"got a body", "POST", "a=1"))
        self.assertEqual(headers["Content-Type"], "text/plain")
        status, _, body = ask("/plain?name=ana+b")
        self.assertEqual((status, json.loads(body)), (200, {"hello": "ana b"}))
        self.assertEqual(ask("/fails")[0], 502)
        self.api.update_function_url_config(FunctionName="addressed", AuthType="AWS_IAM")
        self.assertEqual(ask("/plain?name=x")[0], 403)

    def test_a_filter_of_a_source(self):
        """What no filter wants is deleted and invokes nothing."""
        url, arn = self.queue("lambda-filtered", VisibilityTimeout="60")
        self.function("choosy", "def handle(e, c):\n    print('took', [r['body'] for r in e['Records']])")
        made = self.api.create_event_source_mapping(
            FunctionName="choosy",
            EventSourceArn=arn,
            FilterCriteria={"Filters": [{"Pattern": json.dumps({"body": {"kind": ["order"]}})}]},
        )
        self.addCleanup(self.api.delete_event_source_mapping, UUID=made["UUID"])
        self.assertEqual(self.api.get_event_source_mapping(UUID=made["UUID"])["State"], "Enabled")
        for kind in ("order", "other"):
            self.sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"kind": kind}))
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        self.assertEqual(
            (found["ApproximateNumberOfMessages"], found["ApproximateNumberOfMessagesNotVisible"]), ("0", "0")
        )
        events = self.logs.filter_log_events(logGroupName="/aws/lambda/choosy", filterPattern="took")["events"]
        self.assertEqual(len(events), 1)
        self.assertIn("order", events[0]["message"])


if __name__ == "__main__":
    unittest.main()
