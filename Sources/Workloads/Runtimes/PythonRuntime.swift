/// The runtime of Python functions: asks for events, calls the handler, answers.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html>
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
    LOGS_JSON = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
    # From Python 3.12 on, answers are UTF-8; before, they were ASCII with escapes.
    VERSION = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("python3.")[2]
    KEEPS_UNICODE = VERSION.isdigit() and int(VERSION) >= 12
    request_id = None


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


    class CognitoIdentity:
        cognito_identity_id = None
        cognito_identity_pool_id = None


    class Client:
        def __init__(self, values):
            for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
                setattr(self, name, values.get(name))


    class ClientContext:
        def __init__(self, values):
            self.custom = values.get("custom")
            self.env = values.get("env")
            client = values.get("client")
            self.client = Client(client) if isinstance(client, dict) else None


    class LambdaContext:
        """What a handler is told of its invocation."""

        def __init__(self, headers):
            self.aws_request_id = headers["lambda-runtime-aws-request-id"]
            self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
            self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
            self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
            self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
            self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
            self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
            client = headers.get("lambda-runtime-client-context")
            self.client_context = ClientContext(json.loads(client)) if client else None
            self.identity = CognitoIdentity()
            self._epoch_deadline_time_in_ms = int(headers["lambda-runtime-deadline-ms"])

        def get_remaining_time_in_millis(self):
            return max(self._epoch_deadline_time_in_ms - int(time.time() * 1000), 0)

        def log(self, message):
            sys.stdout.write(str(message))

        def __repr__(self):
            names = [name for name in vars(self) if not name.startswith("_")]
            return "LambdaContext([" + ",".join(f"{name}={getattr(self, name)}" for name in names) + "])"


    class Failure(Exception):
        def __init__(self, kind, message, trace=()):
            self.kind, self.message, self.trace = kind, message, list(trace)


    # MARK: What is said

    def write(text):
        """One event of the log: line breaks in it are carriage returns on the way."""
        sys.stdout.write(text.replace("\n", "\r") + "\n")
        sys.stdout.flush()


    class LoggingFinder:
        """Gives the root logger its handler when a program imports logging; costs nothing where none does."""

        def find_spec(self, name, path=None, target=None):
            if name != "logging":
                return None
            sys.meta_path.remove(self)
            for finder in sys.meta_path:
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    break
            else:
                return None
            load = spec.loader.exec_module

            def exec_module(module):
                load(module)
                configure(module)

            spec.loader.exec_module = exec_module
            return spec


    def configure(logging):
        known = set(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "aws_request_id"}

        class JSONFormatter(logging.Formatter):
            def format(self, record):
                found = {
                    "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
                    "level": record.levelname,
                    "message": record.getMessage(),
                    "logger": record.name,
                }
                if record.exc_info:
                    kind, value, trace = record.exc_info
                    found["stackTrace"] = traceback.format_tb(trace)
                    found["errorType"] = kind.__name__
                    found["errorMessage"] = str(value)
                    found["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
                found["requestId"] = record.aws_request_id
                found.update((key, value) for key, value in vars(record).items() if key not in known and key not in found)
                return json.dumps({key: value for key, value in found.items() if value is not None}, default=str)

        class LambdaLoggerHandler(logging.Handler):
            def emit(self, record):
                record.aws_request_id = request_id
                try:
                    write(self.format(record))
                except Exception:
                    self.handleError(record)

        handler = LambdaLoggerHandler()
        if LOGS_JSON:
            formatter = JSONFormatter()
            level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO")
            logging.root.setLevel({"TRACE": "NOTSET", "FATAL": "CRITICAL"}.get(level, level))
        else:
            line = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
            formatter = logging.Formatter(line, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
        logging.root.addHandler(handler)


    def document(kind, message, trace, request):
        return {"errorMessage": message, "errorType": kind, "requestId": request or "", "stackTrace": trace}


    def log(failure):
        if LOGS_JSON:
            moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            return write(json.dumps({"timestamp": moment, "log_level": "ERROR", **failure}))
        kind, message = failure["errorType"], failure["errorMessage"]
        lines = [f"[ERROR] {kind}: {message}" if message else f"[ERROR] {kind}", "Traceback (most recent call last):"]
        for line in "\n".join(part.rstrip("\n") for part in failure["stackTrace"]).splitlines():
            text = line.lstrip(" ")
            # An indentation that consoles keep.
            depth = (len(line) - len(text)) // 2 * 2
            lines.append("\u00a0" * depth + line[depth:])
        write("\n".join(lines))


    def frames(error, hidden):
        """The frames of a program's own, as text."""
        found = [(frame.filename, frame.lineno, frame.name, frame.line) for frame in traceback.extract_tb(error.__traceback__)]
        return traceback.format_list([frame for frame in found if not any(part in frame[0] for part in hidden)])


    # MARK: What is called

    def load():
        name = os.environ["_HANDLER"]
        module_name, dot, function_name = name.rpartition(".")
        if not dot:
            raise Failure(
                "Runtime.MalformedHandlerName",
                f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)",
            )
        module_name = module_name.replace("/", ".")
        if module_name.split(".")[0] in sys.builtin_module_names:
            message = f"Cannot use built-in module {module_name} as a handler module"
            raise Failure("Runtime.BuiltInModuleConflict", message)
        try:
            module = importlib.import_module(module_name)
        except ImportError as error:
            raise Failure("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}")
        except SyntaxError as error:
            trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
            message = f"Syntax error in module '{module_name}': {error}"
            raise Failure("Runtime.UserCodeSyntaxError", message, trace)
        try:
            return getattr(module, function_name)
        except AttributeError:
            message = f"Handler '{function_name}' missing on module '{module_name}'"
            raise Failure("Runtime.HandlerNotFound", message)


    def convert(value):
        decimal = sys.modules.get("decimal")
        if decimal is not None and isinstance(value, decimal.Decimal):
            return float(value)
        raise TypeError(f"Object of type {value.__class__.__name__} is not JSON serializable")


    def handle(handler, headers, body):
        """The answer to an event, or the error document."""
        try:
            event = json.loads(body)
        except ValueError as error:
            return None, document("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}", [], request_id)
        try:
            answer = handler(event, LambdaContext(headers))
        except Exception as error:
            return None, document(type(error).__name__, str(error), frames(error, [__file__]), request_id)
        try:
            return json.dumps(answer, default=convert, ensure_ascii=not KEEPS_UNICODE).encode(), None
        except (TypeError, ValueError, RecursionError) as error:
            return None, document("Runtime.MarshalError", f"Unable to marshal response: {error}", [], request_id)


    def refuse(connection, failure):
        """The runtime cannot start."""
        log(failure)
        headers = f"Lambda-Runtime-Function-Error-Type: {failure['errorType']}\r\n"
        connection.request("POST", "init/error", json.dumps(failure).encode(), headers)
        sys.stdout.flush()
        sys.exit(1)


    def main():
        global request_id
        os.chdir(os.environ["LAMBDA_TASK_ROOT"])
        first = ["/var/task", "/opt/python"]
        sys.path[:] = first + [entry for entry in sys.path if entry not in first]
        sys.meta_path.insert(0, LoggingFinder())
        connection = Connection()
        try:
            handler = load()
        except Failure as failure:
            refuse(connection, document(failure.kind, failure.message, failure.trace, ""))
        except Exception as error:
            refuse(connection, document(type(error).__name__, str(error), frames(error, [__file__, "importlib"]), ""))
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
            if failure is None:
                answered = connection.message("POST", f"invocation/{request_id}/response", answer)
            else:
                log(failure)
                kind = f"Lambda-Runtime-Function-Error-Type: {failure['errorType']}\r\n"
                answered = connection.message("POST", f"invocation/{request_id}/error", json.dumps(failure).encode(), kind)
            sys.stdout.flush()
            sys.stderr.flush()


    main()
    """#
