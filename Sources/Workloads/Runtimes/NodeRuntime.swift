/// The runtime of Node.js functions: asks for events, calls the handler, answers.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html>
let nodeBootstrap = #"""
    import { existsSync, readFileSync, writeSync } from "node:fs";
    import http from "node:http";
    import { createRequire } from "node:module";
    import path from "node:path";
    import { format } from "node:util";
    import { Writable } from "node:stream";
    import { pathToFileURL } from "node:url";
    import vm from "node:vm";

    const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
    const root = "/2018-06-01/runtime/";
    const agent = new http.Agent({ keepAlive: true });
    const version = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV)?.[1] ?? 0);
    let currentRequest;

    function request(method, name, body = "", headers = {}) {
      return new Promise((resolve, reject) => {
        const bytes = Buffer.from(body);
        const call = http.request(
          { host, port, method, path: root + name, agent, headers: { "Content-Length": bytes.length, ...headers } },
          (answer) => {
            const parts = [];
            answer.on("data", (part) => parts.push(part));
            answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
            answer.on("error", reject);
          },
        );
        call.on("error", reject);
        call.end(bytes);
      });
    }

    // MARK: What is said

    const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
    const inJSON = process.env.AWS_LAMBDA_LOG_FORMAT === "JSON";
    const least = inJSON ? Math.max(0, levels.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL ?? "INFO")) : 0;

    function write(text) {
      writeAll(Buffer.from(text.replace(/\n/g, "\r") + "\n"));
    }

    /// Where the reader is slower than the handler, the handler waits.
    function writeAll(bytes) {
      while (bytes.length > 0) {
        try {
          bytes = bytes.subarray(writeSync(1, bytes));
        } catch (error) {
          if (error.code !== "EAGAIN") throw error;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        }
      }
    }

    function asObject(value) {
      if (!(value instanceof Error)) return value;
      return {
        errorType: value.constructor?.name ?? "UnknownError",
        errorMessage: value.message,
        stackTrace: String(value.stack ?? "").split("\n"),
        ...value,
      };
    }

    function say(level, values) {
      if (levels.indexOf(level) < least) return;
      const time = new Date().toISOString();
      if (!inJSON) return write(`${time}\t${currentRequest ?? "undefined"}\t${level}\t${format(...values)}`);
      const found = { timestamp: time, level, requestId: currentRequest };
      found.message = values.length === 1 ? values[0] : format(...values);
      const error = values.length > 1 ? values.find((value) => value instanceof Error) : undefined;
      if (error) {
        const { errorType, errorMessage, stackTrace } = asObject(error);
        Object.assign(found, { errorType, errorMessage, stackTrace });
      }
      try {
        write(JSON.stringify(found, (_, value) => asObject(value)));
      } catch {
        write(JSON.stringify({ ...found, message: format(...values) }));
      }
    }
    for (const [name, level] of Object.entries({ log: "INFO", info: "INFO", debug: "DEBUG", trace: "TRACE", warn: "WARN", error: "ERROR" })) {
      console[name] = (...values) => say(level, values);
    }

    function isError(value) {
      return value instanceof Error || Boolean(value && value.name && value.message && value.stack);
    }

    /// The error document.
    function describe(error) {
      if (isError(error)) {
        return { errorType: error.name, errorMessage: error.message, trace: String(error.stack ?? "").split("\n") };
      }
      return { errorType: typeof error, errorMessage: String(error), trace: [] };
    }

    function complain(what, error) {
      if (inJSON) return say("ERROR", isError(error) ? [what, error] : [`${what} ${format(error)}`]);
      const { errorType, errorMessage, trace } = describe(error);
      const found = { errorType, errorMessage, ...(isError(error) ? error : {}), stack: trace };
      delete found.name;
      let text;
      try {
        text = JSON.stringify(found, (_, value) => (value instanceof Error ? { ...describe(value), trace: undefined } : value));
      } catch {
        text = JSON.stringify({ errorType, errorMessage, stack: trace });
      }
      say("ERROR", [`${what} \t${text}`]);
    }

    class Failure extends Error {
      constructor(kind, message, more = {}) {
        super(message);
        this.name = kind;
        Object.assign(this, more);
      }
    }

    async function fail(error) {
      const found = describe(error);
      complain("Uncaught Exception", error);
      await request("POST", "init/error", JSON.stringify(found), { "Lambda-Runtime-Function-Error-Type": found.errorType });
      process.exit(129);
    }

    // MARK: What is called

    const streaming = Symbol("streaming");
    const prelude = "application/vnd.awslambda.http-integration-response";
    globalThis.awslambda = {
      streamifyResponse: (handler) => Object.assign(handler, { [streaming]: true }),
      HttpResponseStream: {
        from: (stream, metadata) => {
          stream.setContentType(prelude);
          stream.write(Buffer.concat([Buffer.from(JSON.stringify(metadata)), Buffer.alloc(8)]));
          return stream;
        },
      },
    };

    /// Whether the nearest package says that its files are ES modules.
    function isModule(file) {
      for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
        const found = path.join(folder, "package.json");
        if (existsSync(found)) {
          try {
            return JSON.parse(readFileSync(found, "utf8")).type === "module";
          } catch {
            return false;
          }
        }
        if (folder === path.dirname(folder)) return false;
      }
    }

    async function open(base) {
      const file = [".js", ".mjs", ".cjs"].map((end) => base + end).find(existsSync) ?? base;
      if (file.endsWith(".mjs") || (file.endsWith(".js") && isModule(file))) return import(pathToFileURL(file));
      // Before Node.js 24, Lambda does not look whether a file without a package is an ES module after all.
      if (file.endsWith(".js") && version < 24) {
        new vm.Script(`(function (exports, require, module, __filename, __dirname) {${readFileSync(file, "utf8").replace(/^#!/, "//")}\n})`, { filename: file });
      }
      return createRequire("/var/task/index.js")(file);
    }

    async function load() {
      const name = process.env._HANDLER;
      const match = path.basename(name).match(/^([^.]*)\.(.*)$/);
      if (name.includes("..")) {
        throw new Failure("Runtime.MalformedHandlerName", `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
      }
      if (!match) throw new Failure("Runtime.MalformedHandlerName", "Bad handler");
      let module;
      try {
        module = await open(path.resolve(process.env.LAMBDA_TASK_ROOT, path.dirname(name), match[1]));
      } catch (error) {
        if (error instanceof SyntaxError) throw new Failure("Runtime.UserCodeSyntaxError", `${error}`);
        if (error && ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error.code)) {
          throw new Failure("Runtime.ImportModuleError", `Error: ${error.message}`);
        }
        throw error;
      }
      const find = (from) => match[2].split(".").reduce((value, key) => value?.[key], from);
      const handler = find(module) ?? find(module.default);
      if (handler === undefined) throw new Failure("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
      if (typeof handler !== "function") throw new Failure("Runtime.HandlerNotFound", `${name} is not a function`);
      if (version >= 24 && handler.length >= 3 && !handler[streaming]) {
        throw new Failure("Runtime.CallbackHandlerDeprecated", "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later.");
      }
      return handler;
    }

    function contextOf(headers) {
      const deadline = Number(headers["lambda-runtime-deadline-ms"]);
      const client = headers["lambda-runtime-client-context"];
      return {
        callbackWaitsForEmptyEventLoop: true,
        functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
        functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
        memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
        logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
        logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
        clientContext: client ? JSON.parse(client) : undefined,
        identity: undefined,
        invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
        awsRequestId: headers["lambda-runtime-aws-request-id"],
        getRemainingTimeInMillis: () => deadline - Date.now(),
      };
    }

    /// A stream is sent as it is written; what goes wrong later goes out in the trailer.
    async function stream(id, handler, event, context) {
      let call;
      let type = "application/octet-stream";
      const answered = Promise.withResolvers?.() ?? {};
      answered.promise ??= new Promise((resolve, reject) => Object.assign(answered, { resolve, reject }));
      const begin = () => {
        if (call) return call;
        const headers = {
          "Content-Type": type,
          "Transfer-Encoding": "chunked",
          "Lambda-Runtime-Function-Response-Mode": "streaming",
          Trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
        };
        call = http.request({ host, port, method: "POST", path: `${root}invocation/${id}/response`, agent, headers }, (answer) => {
          answer.resume();
          answer.on("end", answered.resolve);
        });
        call.on("error", answered.resolve);
        return call;
      };
      const sink = new Writable({
        write: (part, _, done) => void begin().write(part, done),
        final: (done) => {
          begin().end();
          done();
        },
      });
      sink.setContentType = (value) => {
        type = value;
      };
      const failed = new Promise((_, reject) => sink.on("error", reject));
      failed.catch(() => {});
      try {
        await Promise.race([handler(event, sink, context), failed]);
        if (!sink.writableEnded) sink.end();
        await answered.promise;
      } catch (error) {
        if (!call) throw error;
        complain("Invoke Error", error);
        const found = describe(error);
        call.addTrailers({
          "Lambda-Runtime-Function-Error-Type": found.errorType,
          "Lambda-Runtime-Function-Error-Body": Buffer.from(JSON.stringify(found)).toString("base64"),
        });
        call.end();
        await answered.promise;
      }
    }

    /// A handler answers by its promise, by the callback, or, where it does neither, with null when nothing is left to do.
    function call(handler, event, context) {
      return new Promise((resolve, reject) => {
        const idle = () => resolve(null);
        process.once("beforeExit", idle);
        const settle = (action) => (value) => {
          process.removeListener("beforeExit", idle);
          action(value);
        };
        const done = (error, value) => {
          const end = settle(error ? reject : resolve);
          const answer = error ? error : value;
          if (error || !context.callbackWaitsForEmptyEventLoop) return end(answer);
          process.removeListener("beforeExit", idle);
          process.once("beforeExit", () => end(answer));
        };
        context.done = done;
        context.succeed = (value) => done(null, value);
        context.fail = (error) => done(error ?? new Error("undefined"));
        try {
          const answer = handler(event, context, done);
          if (answer && typeof answer.then === "function") answer.then(settle(resolve), settle(reject));
        } catch (error) {
          settle(reject)(error);
        }
      });
    }

    async function answer(id, work) {
      try {
        const value = await work();
        if (value !== stream) await request("POST", `invocation/${id}/response`, JSON.stringify(value === undefined ? null : value));
      } catch (error) {
        const found = describe(error);
        complain("Invoke Error", error);
        await request("POST", `invocation/${id}/error`, JSON.stringify(found), { "Lambda-Runtime-Function-Error-Type": found.errorType });
      }
    }

    for (const event of ["uncaughtException", "unhandledRejection"]) {
      process.on(event, async (error) => {
        const rejected = event === "unhandledRejection";
        const shown = rejected ? new Failure("Runtime.UnhandledPromiseRejection", String(error), { reason: error, promise: {} }) : error;
        complain(rejected ? "Unhandled Promise Rejection" : "Uncaught Exception", shown);
        const found = describe(shown);
        const name = currentRequest ? `invocation/${currentRequest}/error` : "init/error";
        await request("POST", name, JSON.stringify(found), { "Lambda-Runtime-Function-Error-Type": found.errorType });
        process.exit(rejected ? 128 : 129);
      });
    }

    process.chdir(process.env.LAMBDA_TASK_ROOT);
    let handler;
    try {
      handler = await load();
    } catch (error) {
      await fail(error);
    }
    for (;;) {
      const memory = Math.round(process.resourceUsage().maxRSS / 1024);
      const next = await request("GET", "invocation/next", "", { "Skylab-Max-Memory": memory });
      if (next.status !== 200) process.exit(1);
      currentRequest = next.headers["lambda-runtime-aws-request-id"];
      process.env._X_AMZN_TRACE_ID = next.headers["lambda-runtime-trace-id"] ?? "";
      await answer(currentRequest, async () => {
        const [event, context] = [JSON.parse(next.body), contextOf(next.headers)];
        if (!handler[streaming]) return call(handler, event, context);
        await stream(currentRequest, handler, event, context);
        return stream;
      });
    }
    """#
