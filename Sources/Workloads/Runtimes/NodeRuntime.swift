/// The runtime of Node.js functions: asks for events, calls the handler, answers.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html>
let nodeBootstrap = #"""
    import { existsSync, writeSync } from "node:fs";
    import http from "node:http";
    import { createRequire } from "node:module";
    import path from "node:path";
    import { format } from "node:util";
    import { Writable } from "node:stream";
    import { pathToFileURL } from "node:url";

    const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
    const root = "/2018-06-01/runtime/";
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
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

    function say(level, values) {
      const text = `${new Date().toISOString()}\t${currentRequest ?? "undefined"}\t${level}\t${format(...values)}`;
      writeSync(1, text.replace(/\n/g, "\r") + "\n");
    }
    for (const [name, level] of Object.entries({ log: "INFO", info: "INFO", debug: "DEBUG", trace: "TRACE", warn: "WARN", error: "ERROR" })) {
      console[name] = (...values) => say(level, values);
    }

    function describe(error) {
      if (error instanceof Error || (error && error.name && error.message)) {
        return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
      }
      return { errorType: typeof error, errorMessage: String(error), trace: [] };
    }

    class Failure extends Error {
      constructor(kind, message) {
        super(message);
        this.name = kind;
      }
    }

    async function fail(error) {
      const found = describe(error);
      say("ERROR", ["Uncaught Exception", JSON.stringify({ ...found, stack: found.trace, trace: undefined })]);
      await request("POST", "init/error", JSON.stringify(found), { "Lambda-Runtime-Function-Error-Type": found.errorType });
      process.exit(1);
    }

    const streaming = Symbol("streaming");
    globalThis.awslambda = {
      streamifyResponse: (handler) => Object.assign(handler, { [streaming]: true }),
      HttpResponseStream: {
        from: (stream, metadata) => {
          stream.metadata = metadata;
          return stream;
        },
      },
    };

    async function load() {
      const name = process.env._HANDLER;
      const folder = path.dirname(name);
      const last = path.basename(name);
      const match = last.match(/^([^.]*)\.(.*)$/);
      if (!match || name.includes("..")) throw new Failure("Runtime.MalformedHandlerName", "Bad handler");
      const base = path.resolve(process.env.LAMBDA_TASK_ROOT, folder, match[1]);
      let module;
      try {
        const file = [".js", ".mjs", ".cjs"].map((end) => base + end).find(existsSync);
        if (file === undefined) {
          const require = createRequire("/var/task/index.js");
          module = require(base);
        } else if (file.endsWith(".cjs")) {
          module = createRequire("/var/task/index.js")(file);
        } else {
          module = await import(pathToFileURL(file));
        }
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
      return handler;
    }

    function contextOf(headers) {
      const deadline = Number(headers["lambda-runtime-deadline-ms"]);
      const client = headers["lambda-runtime-client-context"];
      return {
        callbackWaitsForEmptyEventLoop: true,
        functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
        functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
        memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
        logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
        logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
        invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
        awsRequestId: headers["lambda-runtime-aws-request-id"],
        clientContext: client ? JSON.parse(client) : undefined,
        getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
      };
    }

    function stream(handler, event, context) {
      return new Promise((resolve, reject) => {
        const parts = [];
        const sink = new Writable({
          write(part, _, done) {
            parts.push(part);
            done();
          },
        });
        sink.setContentType = () => {};
        sink.on("finish", () => resolve(Buffer.concat(parts)));
        sink.on("error", reject);
        Promise.resolve(handler(event, sink, context)).catch(reject);
      });
    }

    /// A handler answers by its promise, by the callback, or, where it does neither, with null when nothing is left to do.
    function call(handler, event, context) {
      if (handler[streaming]) return stream(handler, event, context);
      return new Promise((resolve, reject) => {
        const idle = () => resolve(null);
        process.once("beforeExit", idle);
        const settle = (action) => (value) => {
          process.removeListener("beforeExit", idle);
          action(value);
        };
        const done = (error, value) => settle(error ? reject : resolve)(error ? error : value);
        context.done = done;
        context.succeed = (value) => done(null, value);
        context.fail = (error) => done(error ?? new Error("undefined"));
        try {
          const answer = handler(event, context, done);
          if (answer && typeof answer.then === "function") answer.then(settle(resolve), settle(reject));
          else if (handler.length < 3 && handler.constructor.name === "AsyncFunction") settle(resolve)(answer);
        } catch (error) {
          settle(reject)(error);
        }
      });
    }

    async function answer(id, work) {
      let body;
      try {
        const value = await work;
        body = Buffer.isBuffer(value) ? value : JSON.stringify(value === undefined ? null : value);
      } catch (error) {
        const found = describe(error);
        say("ERROR", ["Invoke Error", JSON.stringify({ ...found, stack: found.trace, trace: undefined })]);
        const headers = { "Lambda-Runtime-Function-Error-Type": found.errorType };
        await request("POST", `invocation/${id}/error`, JSON.stringify(found), headers);
        return;
      }
      await request("POST", `invocation/${id}/response`, body);
    }

    process.chdir(process.env.LAMBDA_TASK_ROOT);
    let handler;
    try {
      handler = await load();
    } catch (error) {
      await fail(error);
    }
    for (const event of ["uncaughtException", "unhandledRejection"]) {
      process.on(event, async (error) => {
        const found = describe(error);
        const kind = event === "unhandledRejection" ? "Runtime.UnhandledPromiseRejection" : found.errorType;
        const message = event === "unhandledRejection" ? `${error}` : found.errorMessage;
        say("ERROR", [event, message]);
        const body = JSON.stringify({ errorType: kind, errorMessage: message, trace: found.trace });
        if (currentRequest) {
          await request("POST", `invocation/${currentRequest}/error`, body, { "Lambda-Runtime-Function-Error-Type": kind });
        }
        process.exit(129);
      });
    }
    for (;;) {
      const memory = Math.round(process.resourceUsage().maxRSS / 1024);
      const next = await request("GET", "invocation/next", "", { "Skylab-Max-Memory": memory });
      if (next.status !== 200) process.exit(1);
      currentRequest = next.headers["lambda-runtime-aws-request-id"];
      process.env._X_AMZN_TRACE_ID = next.headers["lambda-runtime-trace-id"] ?? "";
      const work = (async () => call(handler, JSON.parse(next.body), contextOf(next.headers)))();
      await answer(currentRequest, work);
    }
    """#
