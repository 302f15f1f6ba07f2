/// The runtime of Java functions: asks for events, calls the handler, answers. Nothing but the JDK is there, which compiles
/// it when the first such function runs.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/java-handler.html>
let javaBootstrap = #"""
    import java.io.ByteArrayOutputStream;
    import java.io.InputStream;
    import java.io.OutputStream;
    import java.lang.reflect.Constructor;
    import java.lang.reflect.InvocationHandler;
    import java.lang.reflect.InvocationTargetException;
    import java.lang.reflect.Method;
    import java.lang.reflect.Modifier;
    import java.lang.reflect.Proxy;
    import java.lang.reflect.Type;
    import java.net.Socket;
    import java.nio.charset.StandardCharsets;
    import java.util.ArrayList;
    import java.util.LinkedHashMap;
    import java.util.List;
    import java.util.Map;
    import java.util.TreeMap;

    public final class Bootstrap implements InvocationHandler {
      static final String ROOT = "/2018-06-01/runtime/";
      static Socket socket;
      static InputStream in;
      static Map<String, String> headers;
      static int status;

      public static void main(String[] arguments) throws Exception {
        String[] address = System.getenv("AWS_LAMBDA_RUNTIME_API").split(":");
        socket = new Socket(address[0], Integer.parseInt(address[1]));
        socket.setTcpNoDelay(true);
        in = new java.io.BufferedInputStream(socket.getInputStream());
        Object target = null;
        Method method = null;
        try {
          Class<?> type = load();
          method = find(type);
          Constructor<?> constructor = type.getDeclaredConstructor();
          constructor.setAccessible(true);
          if (!Modifier.isStatic(method.getModifiers())) target = constructor.newInstance();
          method.setAccessible(true);
        } catch (Throwable error) {
          Throwable cause = error instanceof InvocationTargetException || error instanceof ExceptionInInitializerError ? error.getCause() : error;
          String body = fault(cause);
          System.out.println(body);
          send("POST", "init/error", body.getBytes(StandardCharsets.UTF_8), kind(cause));
          System.exit(1);
        }
        while (true) {
          byte[] event = send("GET", "invocation/next", new byte[0], null);
          if (status != 200) System.exit(1);
          Map<String, String> given = headers;
          String id = given.get("lambda-runtime-aws-request-id");
          if (given.containsKey("lambda-runtime-trace-id")) System.setProperty("com.amazonaws.xray.traceHeader", given.get("lambda-runtime-trace-id"));
          try {
            byte[] answer = call(target, method, event, given);
            System.out.flush();
            send("POST", "invocation/" + id + "/response", answer, null);
          } catch (Throwable error) {
            Throwable cause = error instanceof InvocationTargetException ? error.getCause() : error;
            System.out.println(trace(cause).replace("\n", "\r"));
            System.out.flush();
            send("POST", "invocation/" + id + "/error", fault(cause).getBytes(StandardCharsets.UTF_8), kind(cause));
          }
        }
      }

      // MARK: The runtime API

      static byte[] send(String method, String path, byte[] body, String kind) throws Exception {
        StringBuilder head = new StringBuilder(method + " " + ROOT + path + " HTTP/1.1\r\nHost: runtime\r\nContent-Length: " + body.length + "\r\n");
        if (kind != null) head.append("Lambda-Runtime-Function-Error-Type: " + kind + "\r\n");
        if (method.equals("GET")) head.append("Skylab-Max-Memory: " + memory() + "\r\n");
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[start.length + body.length];
        System.arraycopy(start, 0, all, 0, start.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        OutputStream out = socket.getOutputStream();
        out.write(all);
        out.flush();
        status = Integer.parseInt(line().split(" ")[1]);
        headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
          int colon = line.indexOf(':');
          headers.put(line.substring(0, colon).toLowerCase(), line.substring(colon + 1).trim());
        }
        byte[] content = new byte[Integer.parseInt(headers.getOrDefault("content-length", "0"))];
        int read = 0;
        while (read < content.length) {
          int count = in.read(content, read, content.length - read);
          if (count < 0) System.exit(0);
          read += count;
        }
        return content;
      }

      static String line() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
          if (next < 0) System.exit(0);
          if (next != '\r') bytes.write(next);
        }
        return bytes.toString(StandardCharsets.UTF_8);
      }

      /// The most that the process has had in memory, in megabytes.
      static long memory() {
        try {
          for (String line : java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
          }
        } catch (Exception error) {
          return 0;
        }
        return 0;
      }

      // MARK: The handler

      static Class<?> load() throws Exception {
        String name = System.getenv("_HANDLER").split("::")[0];
        try {
          return Class.forName(name);
        } catch (ClassNotFoundException error) {
          throw new ClassNotFoundException("Class not found: " + name, error);
        }
      }

      static Method find(Class<?> type) throws Exception {
        String[] parts = System.getenv("_HANDLER").split("::");
        String name = parts.length > 1 ? parts[1] : "handleRequest";
        Method found = null;
        for (Class<?> owner = type; owner != null && owner != Object.class; owner = owner.getSuperclass()) {
          for (Method method : owner.getDeclaredMethods()) {
            if (!method.getName().equals(name) || method.isBridge() || method.isSynthetic()) continue;
            if (found == null || method.getParameterCount() > found.getParameterCount()) found = method;
          }
          if (found != null) return found;
        }
        throw new NoSuchMethodException("No public method named " + name + " with appropriate method signature found on class " + type.getName());
      }

      static byte[] call(Object target, Method method, byte[] event, Map<String, String> given) throws Throwable {
        Class<?>[] types = method.getParameterTypes();
        if (types.length >= 2 && types[0] == InputStream.class && types[1] == OutputStream.class) {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          InputStream from = new java.io.ByteArrayInputStream(event);
          if (types.length == 2) method.invoke(target, from, out);
          else method.invoke(target, from, out, context(types[2], given));
          return out.toByteArray();
        }
        Type[] generic = method.getGenericParameterTypes();
        Object[] values = new Object[types.length];
        for (int index = 0; index < types.length; index++) {
          if (types[index].getName().equals("com.amazonaws.services.lambda.runtime.Context")) values[index] = context(types[index], given);
          else if (index == 0) values[index] = Values.bind(new Parser(new String(event, StandardCharsets.UTF_8)).whole(), generic[index]);
        }
        Object answer = method.invoke(target, values);
        StringBuilder text = new StringBuilder();
        Values.write(answer, text);
        return text.toString().getBytes(StandardCharsets.UTF_8);
      }

      // MARK: The context

      final Map<String, String> about;

      Bootstrap(Map<String, String> about) {
        this.about = about;
      }

      /// The interface is the program's own copy, so that the object behind it is made when it is needed.
      static Object context(Class<?> type, Map<String, String> given) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, new Bootstrap(given));
      }

      public Object invoke(Object proxy, Method method, Object[] values) {
        switch (method.getName()) {
          case "getAwsRequestId": return about.get("lambda-runtime-aws-request-id");
          case "getInvokedFunctionArn": return about.get("lambda-runtime-invoked-function-arn");
          case "getFunctionName": return System.getenv("AWS_LAMBDA_FUNCTION_NAME");
          case "getFunctionVersion": return System.getenv("AWS_LAMBDA_FUNCTION_VERSION");
          case "getLogGroupName": return System.getenv("AWS_LAMBDA_LOG_GROUP_NAME");
          case "getLogStreamName": return System.getenv("AWS_LAMBDA_LOG_STREAM_NAME");
          case "getMemoryLimitInMB": return Integer.parseInt(System.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
          case "getRemainingTimeInMillis": return (int) Math.max(0, Long.parseLong(about.get("lambda-runtime-deadline-ms")) - System.currentTimeMillis());
          case "getLogger": return Proxy.newProxyInstance(method.getReturnType().getClassLoader(), new Class<?>[] {method.getReturnType()}, this);
          case "log":
            Object message = values[0];
            String text = message instanceof byte[] ? new String((byte[]) message, StandardCharsets.UTF_8) : String.valueOf(message);
            System.out.println((text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).replace("\n", "\r"));
            return null;
          case "hashCode": return System.identityHashCode(proxy);
          case "equals": return proxy == values[0];
          case "toString": return "LambdaContext";
          default: return null;
        }
      }

      // MARK: Errors

      static String kind(Throwable error) {
        return error.getClass().getName();
      }

      static String fault(Throwable error) {
        Map<String, Object> found = describe(error, 0);
        StringBuilder text = new StringBuilder();
        Values.write(found, text);
        return text.toString();
      }

      static Map<String, Object> describe(Throwable error, int depth) {
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("errorMessage", error.getMessage());
        found.put("errorType", kind(error));
        List<String> frames = new ArrayList<>();
        for (StackTraceElement frame : error.getStackTrace()) {
          if (!frame.getClassName().equals("Bootstrap") && !frame.getClassName().startsWith("jdk.internal.reflect.") && !frame.getClassName().startsWith("java.lang.reflect.")) frames.add(frame.toString());
        }
        found.put("stackTrace", frames);
        if (error.getCause() != null && depth < 8) found.put("cause", describe(error.getCause(), depth + 1));
        return found;
      }

      static String trace(Throwable error) {
        StringBuilder text = new StringBuilder(error.getMessage() + ": " + kind(error) + "\n");
        text.append(error);
        for (Object frame : (List<?>) describe(error, 8).get("stackTrace")) text.append("\n\tat ").append(frame);
        return text.toString();
      }
    }
    """#
