/// The runtime of Ruby functions: asks for events, calls the handler, answers.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/ruby-handler.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/ruby-exceptions.html>
let rubyBootstrap = #"""
    require "json"
    require "logger"
    require "socket"
    require "stringio"

    $stdout.sync = true
    $stderr.sync = true

    # What a handler is told of its invocation.
    class LambdaContext
      attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name,
                  :memory_limit_in_mb, :function_version, :identity, :client_context, :deadline_ms

      def initialize(headers)
        @aws_request_id = headers["lambda-runtime-aws-request-id"]
        @invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        @deadline_ms = headers["lambda-runtime-deadline-ms"].to_i
        client = headers["lambda-runtime-client-context"]
        @client_context = JSON.parse(client) if client
        @log_group_name = ENV["AWS_LAMBDA_LOG_GROUP_NAME"]
        @log_stream_name = ENV["AWS_LAMBDA_LOG_STREAM_NAME"]
        @function_name = ENV["AWS_LAMBDA_FUNCTION_NAME"]
        @memory_limit_in_mb = ENV["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        @function_version = ENV["AWS_LAMBDA_FUNCTION_VERSION"]
      end

      def get_remaining_time_in_millis
        [@deadline_ms - Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond), 0].max
      end
    end

    module SkylabRuntime
      HOST, PORT = ENV["AWS_LAMBDA_RUNTIME_API"].split(":")
      ROOT = "/2018-06-01/runtime/"
      LOGS_JSON = ENV["AWS_LAMBDA_LOG_FORMAT"] == "JSON"

      class << self
        attr_accessor :request_id
      end

      # A logger's lines name the request.
      class Lines < Logger::Formatter
        def call(severity, time, name, message)
          text = message.is_a?(String) ? message : msg2str(message)
          if LOGS_JSON
            found = { timestamp: time.utc.strftime("%Y-%m-%dT%H:%M:%S.%6NZ"), level: severity,
                      message: message.is_a?(Exception) ? message.message : text, requestId: SkylabRuntime.request_id }
            found[:logger] = name.to_s unless name.nil? || name.to_s.empty?
            if message.is_a?(Exception)
              found[:errorType] = message.class.to_s
              found[:errorMessage] = message.message
              found[:stackTrace] = message.backtrace || []
            end
            return JSON.generate(found.compact) + "\n"
          end
          "#{severity[0]}, [#{format_datetime(time)} ##{$$}] #{severity.rjust(5)} #{SkylabRuntime.request_id} -- #{name}: " \
            "#{text.gsub("\n", "\r")}\n"
        end
      end

      module OwnLines
        def initialize(device = nil, *rest, **more)
          super
          self.formatter ||= Lines.new
          return unless LOGS_JSON && !more.key?(:level)

          level = ENV.fetch("AWS_LAMBDA_LOG_LEVEL", "INFO")
          self.level = { "TRACE" => 0, "DEBUG" => 0, "INFO" => 1, "WARN" => 2, "ERROR" => 3, "FATAL" => 4 }[level] || 1
        end
      end
      Logger.prepend(OwnLines)

      # HTTP/1.1 over one kept connection.
      class Connection
        def initialize
          @socket = TCPSocket.new(HOST, PORT.to_i)
          @socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
        end

        def ask(method, path, body = "", headers = {})
          lines = headers.map { |name, value| "#{name}: #{value}\r\n" }.join
          head = "#{method} #{ROOT}#{path} HTTP/1.1\r\nHost: #{HOST}:#{PORT}\r\n#{lines}Content-Length: #{body.bytesize}\r\n\r\n"
          @socket.write(head.b + body.b)
          status = @socket.gets
          exit!(0) if status.nil?
          found = {}
          while (line = @socket.gets) && line != "\r\n"
            name, _, value = line.partition(":")
            found[name.strip.downcase] = value.strip
          end
          [status.split[1].to_i, found, @socket.read(found["content-length"].to_i)]
        end
      end

      def self.memory
        File.read("/proc/self/status")[/VmHWM:\s*(\d+)/, 1].to_i / 1024
      end

      def self.document(error, kind)
        frames = (error.backtrace || []).first(100).take_while { |line| !line.start_with?("/var/runtime/") }
        { errorMessage: error.message, errorType: "#{kind}<#{error.class}>", stackTrace: frames }
      end

      # One event of the log: line breaks in it are carriage returns on the way.
      def self.log(message, document)
        if LOGS_JSON
          $stdout.puts JSON.generate({ message: message, level: "ERROR", requestId: request_id, **document }.compact)
        else
          $stdout.puts message
          $stdout.puts JSON.pretty_generate(document).gsub("\n", "\r")
        end
      end

      # The object that methods belong to that are defined outside of classes is the one that calls them.
      def self.load(name)
        parts = name.split(".")
        unless [2, 3].include?(parts.size)
          raise ArgumentError, "Invalid handler #{parts}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where " \
            "FILENAME corresponds with an existing Ruby source file FILENAME.rb, CLASS is an optional module/class " \
            "namespace and METHOD is a callable method. If using CLASS, METHOD must be a class-level method."
        end
        require parts.first
        main = TOPLEVEL_BINDING.receiver
        lambda do |event, context|
          owner = parts.size == 3 ? Kernel.const_get(parts[1]) : main
          owner.send(parts.last, event: event, context: context)
        end
      end

      # The answer and its type, or the error document and whether the runtime ends with it.
      def self.handle(handler, headers, body)
        answer = handler.call(JSON.parse(body), LambdaContext.new(headers))
        return [answer.read, "application/unknown"] if answer.is_a?(StringIO) || answer.is_a?(IO)

        [answer.to_json, "application/json"]
      end

      def self.run
        Dir.chdir(ENV["LAMBDA_TASK_ROOT"])
        $LOAD_PATH.unshift("/var/task", "/opt/ruby/lib")
        # Gems of the package and of layers, whatever version of Ruby they are filed under.
        gems = Dir["/var/task/vendor/bundle/ruby/*", "/opt/ruby/gems/*"]
        Gem.paths = { "GEM_PATH" => (gems + Gem.path).join(":") } unless gems.empty?
        connection = Connection.new
        begin
          handler = load(ENV["_HANDLER"])
        rescue Exception => error
          found = document(error, "Init")
          log("Init error when loading handler #{ENV["_HANDLER"]}", found)
          connection.ask("POST", "init/error", JSON.generate(found),
                         "Lambda-Runtime-Function-Error-Type" => found[:errorType])
          exit!(1)
        end
        loop do
          status, headers, body = connection.ask("GET", "invocation/next", "", "Skylab-Max-Memory" => memory)
          exit!(1) if status != 200
          ENV["_X_AMZN_TRACE_ID"] = headers["lambda-runtime-trace-id"]
          self.request_id = headers["lambda-runtime-aws-request-id"]
          begin
            answer, type = handle(handler, headers, body)
            connection.ask("POST", "invocation/#{request_id}/response", answer, "Content-Type" => type)
          rescue Exception => error
            isCritical = error.is_a?(NameError) || !error.is_a?(StandardError)
            found = document(error, "Function")
            log(isCritical ? "Critical exception from handler" : "Error raised from handler method", found)
            connection.ask("POST", "invocation/#{request_id}/error", JSON.generate(found),
                           "Lambda-Runtime-Function-Error-Type" => found[:errorType])
            exit!(255) if isCritical
          end
        end
      end
    end

    SkylabRuntime.run
    """#
