/// A file that is put into a box.
package struct SandboxFile: Sendable, Equatable {
    /// Relative to the submission; no empty, `.` or `..` component.
    package var path: String
    /// Whether it gets mode 0755 instead of 0644.
    package var isExecutable: Bool
    /// Its bytes.
    package var contents: [UInt8]

    package init(path: String, isExecutable: Bool = false, contents: [UInt8]) {
        self.path = path
        self.isExecutable = isExecutable
        self.contents = contents
    }
}

/// A TCP listener that is opened in the box's own network and handed out of it.
package struct SandboxListener: Sendable, Equatable, Hashable {
    /// A literal IPv4 or IPv6 address; the box's loopback interface gets it where it is not a loopback address.
    package var address: String
    /// The TCP port; those below 1024 are no different here.
    package var port: UInt16

    package init(address: String, port: UInt16) {
        self.address = address
        self.port = port
    }
}

/// What a program may use. Reaching a limit ends the run with a verdict that names the limit, except `openFiles`, which
/// the program sees as `EMFILE`.
package struct SandboxLimits: Sendable, Equatable {
    /// Real seconds from the start of the program.
    package var wallSeconds: Double
    /// Seconds of CPU time of the whole tree of processes.
    package var cpuSeconds: Double
    /// Bytes of anonymous and shared memory of the whole tree.
    package var memory: Int
    /// Processes and threads at once.
    package var processes: Int
    /// Open descriptors of one process.
    package var openFiles: Int
    /// Bytes of the largest file.
    package var fileSize: Int
    /// Bytes of standard output and standard error together.
    package var output: Int
    /// Bytes in all the folders that can be written.
    package var disk: Int
    /// Files and folders in them.
    package var inodes: Int
    /// How many thousandths of what the box has in memory, files included, the machine must have left beside it; where it
    /// has less, a box that uses more than 64 MiB is ended as if it had reached its limit on memory. For boxes whose limits
    /// are not the grader's: many of them may be more than the machine has. 0 asks for nothing.
    package var sparedPerMille: UInt32 = 0

    package init(
        wallSeconds: Double = 60, cpuSeconds: Double = 30, memory: Int = 512 << 20, processes: Int = 64,
        openFiles: Int = 256, fileSize: Int = 64 << 20, output: Int = 8 << 20, disk: Int = 256 << 20,
        inodes: Int = 8192
    ) {
        self.wallSeconds = wallSeconds
        self.cpuSeconds = cpuSeconds
        self.memory = memory
        self.processes = processes
        self.openFiles = openFiles
        self.fileSize = fileSize
        self.output = output
        self.disk = disk
        self.inodes = inodes
    }
}

/// What a box is to be and to run.
package struct SandboxPolicy: Sendable {
    /// The absolute path of the program, as the box sees it.
    package var executable: String
    /// The whole argument vector, the program's name first.
    package var arguments: [String]
    /// The whole environment, in this order.
    package var environment: [(name: String, value: String)]
    /// Where the scratch copy of the submission is; the program starts there.
    package var workingDirectory: String
    /// A private, empty folder that can be written. Say so in the environment, too.
    package var homeDirectory: String
    /// Files, folders and symbolic links of the host that the box shows read-only at the same path. What does not exist
    /// is left out.
    package var readOnlyPaths: [String]
    /// What is at `/submission`, read-only, and as a copy in the working directory.
    package var files: [SandboxFile]
    /// At most 16.
    package var listeners: [SandboxListener]
    /// What it may use.
    package var limits: SandboxLimits
    /// Whether sleeping takes real time.
    package var time: SandboxTime
    /// Files of the working directory that ``SandboxOutcome/collected`` is to hold, whatever the program's ending. Relative
    /// to it; no empty, `.` or `..` component.
    package var collectedFiles: [String] = []
    /// Read-only files of the box's root, for instance `var/task/index.mjs`, beside what ``readOnlyPaths`` shows. Only
    /// boxes with namespaces have them. Relative to the root; no empty, `.` or `..` component.
    package var rootFiles: [SandboxFile] = []
    /// Gets what the program writes to standard output and standard error as it comes, beside what the outcome keeps. It
    /// is called under the spawner's lock: it must be quick, and must not call the spawner.
    package var outputSink: (@Sendable (UnsafeRawBufferPointer) -> Void)?
    /// Makes the box a container: its root is an image, and its network that of a space.
    package var container: SandboxContainer?
    /// What a box before had as `/tmp`, for a box with namespaces that is no container; nil for an empty one.
    package var temporaryFolder: KeptFolder?
    /// Layers to do without, to see what the others hold.
    package var omissions: SandboxOmissions = []

    package init(
        executable: String, arguments: [String], environment: [(name: String, value: String)] = [],
        workingDirectory: String = "/work", homeDirectory: String = "/home/student",
        readOnlyPaths: [String] = SandboxPolicy.systemPaths, files: [SandboxFile] = [],
        listeners: [SandboxListener] = [], limits: SandboxLimits = SandboxLimits(), time: SandboxTime = .real
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.homeDirectory = homeDirectory
        self.readOnlyPaths = readOnlyPaths
        self.files = files
        self.listeners = listeners
        self.limits = limits
        self.time = time
    }

    /// Programs, libraries and the few files of `/etc` that programs cannot do without. Nothing in them is secret: no
    /// `/etc/shadow`, no `/etc/ssl/private`, no home folder.
    package static let systemPaths = [
        "/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32", "/etc/ld.so.cache", "/etc/alternatives",
        "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/pki/tls/certs", "/etc/pki/ca-trust", "/etc/localtime",
        "/etc/mime.types",
    ]
}
