/// The runtime of Python functions: asks for events, calls the handler, answers.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html>
let pythonBootstrap = #"""
    import importlib
    import json
    import os
    import resource
    import socket
    import sys
    import time
    import traceback

    HOST, PORT = os.environ["AWS_LAMBDA_RUNTIME_API"].rsplit(":", 1)
    ROOT = "/2018-06-01/runtime/"


    class Connection:
        """HTTP/1.1 over one kept connection."""

        def __init__(self):
            self.socket = socket.create_connection((HOST, int(PORT)))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.stream = self.socket.makefile("rb")

        @staticmethod
        def message(method, path, body=b"", headers=""):
            head = f"{method} {ROOT}{path} HTTP/1.1\r\nHost: {HOST}:{PORT}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
            return head.encode() + body

        def request(self, method, path, body=b"", headers=""):
            self.socket.sendall(self.message(method, path, body, headers))
            return self.receive()

        def receive(self):
            status = self.stream.readline()
            if not status:
                sys.exit(0)
            found = {}
            while True:
                line = self.stream.readline()
                if line in (b"\r\n", b""):
                    break
                name, _, value = line.partition(b":")
                found[name.strip().lower().decode()] = value.strip().decode()
            return int(status.split()[1]), found, self.stream.read(int(found.get("content-length", 0)))


    class Identity:
        cognito_identity_id = None
        cognito_identity_pool_id = None


    class Client:
        def __init__(self, values):
            self.custom = values.get("custom")
            self.env = values.get("env")
            self.client = values.get("client")


    class Context:
        """What a handler is told of its invocation."""

        def __init__(self, headers):
            self.aws_request_id = headers["lambda-runtime-aws-request-id"]
            self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
            self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
            self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
            self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
            self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
            self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
            self.identity = Identity()
            client = headers.get("lambda-runtime-client-context")
            self.client_context = Client(json.loads(client)) if client else None
            self._deadline = int(headers["lambda-runtime-deadline-ms"])

        def get_remaining_time_in_millis(self):
            return max(self._deadline - int(time.time() * 1000), 0)

        def log(self, message):
            sys.stdout.write(str(message))


    class Failure(Exception):
        def __init__(self, kind, message):
            self.kind, self.message = kind, message


    def document(kind, message, trace, request_id):
        return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}


    def log(kind, message, trace):
        text = f"[ERROR] {kind}: {message}" if message else f"[ERROR] {kind}"
        if trace:
            text += "\nTraceback (most recent call last):\n" + "".join(trace).rstrip("\n")
        print(text.replace("\n", "\r"), flush=True)


    def load():
        name = os.environ["_HANDLER"]
        module_name, dot, function_name = name.rpartition(".")
        if not dot:
            raise Failure(
                "Runtime.MalformedHandlerName",
                f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)",
            )
        module_name = module_name.replace("/", ".")
        try:
            module = importlib.import_module(module_name)
        except ImportError as error:
            raise Failure("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}")
        except SyntaxError as error:
            message = f"Syntax error in module '{module_name}': {error}"
            raise Failure("Runtime.UserCodeSyntaxError", message)
        try:
            return getattr(module, function_name)
        except AttributeError:
            message = f"Handler '{function_name}' missing on module '{module_name}'"
            raise Failure("Runtime.HandlerNotFound", message)


    def convert(value):
        try:
            import decimal

            if isinstance(value, decimal.Decimal):
                return float(value)
        except ImportError:
            pass
        raise TypeError(f"Object of type {value.__class__.__name__} is not JSON serializable")


    def handle(handler, headers, body):
        """The answer to an event, or the error document."""
        request_id = headers["lambda-runtime-aws-request-id"]
        try:
            event = json.loads(body)
        except ValueError as error:
            return None, document("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}", [], request_id)
        try:
            answer = handler(event, Context(headers))
        except SystemExit:
            raise
        except BaseException as error:
            frames = traceback.extract_tb(error.__traceback__)
            frames = [frame for frame in frames if frame.filename != __file__]
            trace = traceback.format_list(frames)
            kind = type(error).__name__
            log(kind, str(error), trace)
            return None, document(kind, str(error), trace, request_id)
        try:
            return json.dumps(answer, default=convert).encode(), None
        except (TypeError, ValueError) as error:
            message = f"Unable to marshal response: {error}"
            log("Runtime.MarshalError", message, [])
            return None, document("Runtime.MarshalError", message, [], request_id)


    def main():
        os.chdir(os.environ["LAMBDA_TASK_ROOT"])
        sys.path[:] = ["/var/task", "/opt/python"] + [entry for entry in sys.path if entry not in ("/var/task", "/opt/python")]
        connection = Connection()
        try:
            handler = load()
        except Failure as failure:
            log(failure.kind, failure.message, [])
            body = json.dumps(document(failure.kind, failure.message, [], "")).encode()
            connection.request("POST", "init/error", body, f"Lambda-Runtime-Function-Error-Type: {failure.kind}\r\n")
            sys.exit(1)
        except SystemExit:
            raise
        except BaseException as error:
            frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
            frames = [f for f in frames if "importlib" not in f.filename]
            trace = traceback.format_list(frames)
            kind = type(error).__name__
            log(kind, str(error), trace)
            body = json.dumps(document(kind, str(error), trace, "")).encode()
            connection.request("POST", "init/error", body, f"Lambda-Runtime-Function-Error-Type: {kind}\r\n")
            sys.exit(1)
        answered = b""
        while True:
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            # The answer and the wish for the next event go out together: one way less to wait for.
            wish = connection.message("GET", "invocation/next", headers=f"Skylab-Max-Memory: {memory}\r\n")
            connection.socket.sendall(answered + wish)
            if answered:
                connection.receive()
            status, headers, body = connection.receive()
            if status != 200:
                sys.exit(1)
            os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
            request_id = headers["lambda-runtime-aws-request-id"]
            answer, failure = handle(handler, headers, body)
            sys.stdout.flush()
            sys.stderr.flush()
            if failure is None:
                answered = connection.message("POST", f"invocation/{request_id}/response", answer)
            else:
                kind = failure["errorType"]
                body = json.dumps(failure).encode()
                answered = connection.message(
                    "POST", f"invocation/{request_id}/error", body, f"Lambda-Runtime-Function-Error-Type: {kind}\r\n"
                )


    main()
    """#
