import CSpawnProtocol

/// Writes a policy as the bytes that `spawnd` reads: see `Sources/spawnd/request.h` for the layout.
struct RequestEncoder {
    private(set) var bytes: [UInt8] = []

    /// The policy's bytes, or what is wrong with it.
    static func encode(_ policy: SandboxPolicy) throws(SandboxError) -> [UInt8] {
        var encoder = RequestEncoder()
        let contents = (policy.files + policy.rootFiles).reduce(0) { $0 + $1.contents.count + $1.path.utf8.count + 24 }
        encoder.bytes.reserveCapacity(4096 + contents)
        try encoder.add(policy)
        return encoder.bytes
    }

    /// A memfd with these bytes, or a negative `errno` value.
    static func copyToMemory(_ bytes: UnsafeRawBufferPointer) -> Int32 { system_memory(bytes.baseAddress, bytes.count) }

    private mutating func add(_ policy: SandboxPolicy) throws(SandboxError) {
        add(UInt32(REQUEST_MAGIC))
        add(UInt32(PROTOCOL_VERSION))
        let image = policy.container.map { [$0.image] } ?? []
        try add(image + policy.readOnlyPaths, called: "a read-only path", absolute: true)
        try add(policy.executable, called: "the program", absolute: policy.container == nil)
        try add(policy.arguments, called: "an argument")
        try add(policy.environment.map { "\($0.name)=\($0.value)" }, called: "an environment variable")
        // A container may well start in its root.
        let isRoot = policy.container != nil && policy.workingDirectory == "/"
        try add(policy.workingDirectory, called: "the working directory", absolute: !isRoot)
        try add(policy.homeDirectory, called: "the home directory", absolute: policy.container == nil)
        add(UInt32(policy.listeners.count))
        for listener in policy.listeners {
            try add(listener.address, called: "a listener's address")
            add(UInt32(listener.port))
        }
        try add(policy.limits)
        add(UInt32(policy.files.count + policy.rootFiles.count))
        for (file, prefix) in policy.files.map({ ($0, "") }) + policy.rootFiles.map({ ($0, "/") }) {
            try checkRelative(file.path)
            try add(prefix + file.path, called: "a file's path")
            add(UInt32(file.isExecutable ? 1 : 0))
            add(UInt64(file.contents.count))
            bytes.append(contentsOf: file.contents)
        }
        for path in policy.collectedFiles { try checkRelative(path) }
        try add(policy.collectedFiles, called: "a file to collect")
        guard let container = policy.container else { return add(UInt32(0)) }
        add(UInt32(1))
        add(container.user)
        add(container.group)
        add(UInt32(container.hasReadOnlyRoot ? 1 : 0))
        try add(container.hostName, called: "the host name")
        guard container.folders.count <= SandboxContainer.mostFolders else {
            throw .invalidPolicy("a container has at most \(SandboxContainer.mostFolders) folders")
        }
        add(UInt32(container.folders.count))
        for folder in container.folders {
            try add(folder.path, called: "a folder's path", absolute: true)
            add(UInt32(folder.isReadOnly ? 1 : 0))
        }
    }

    private mutating func add(_ limits: SandboxLimits) throws(SandboxError) {
        try add(milliseconds: limits.wallSeconds, called: "wall time")
        try add(milliseconds: limits.cpuSeconds, called: "CPU time")
        try add(limits.memory, called: "memory")
        try add(limits.processes, called: "processes")
        try add(limits.openFiles, called: "open files")
        try add(limits.fileSize, called: "file size")
        try add(limits.disk, called: "disk")
        try add(limits.inodes, called: "inodes")
        add(UInt64(limits.sparedPerMille))
    }

    private mutating func add(milliseconds seconds: Double, called name: String) throws(SandboxError) {
        guard seconds > 0, seconds <= 1_000_000 else {
            throw .invalidPolicy("the limit on \(name) is \(seconds) s; it must be above 0 and at most 1000000")
        }
        add(UInt64((seconds * 1000).rounded(.up)))
    }

    private mutating func add(_ limit: Int, called name: String) throws(SandboxError) {
        guard limit > 0 else { throw .invalidPolicy("the limit on \(name) is \(limit); it must be above 0") }
        add(UInt64(limit))
    }

    private mutating func add(_ texts: [String], called name: String, absolute: Bool = false) throws(SandboxError) {
        add(UInt32(texts.count))
        for text in texts { try add(text, called: name, absolute: absolute) }
    }

    private mutating func add(_ text: String, called name: String, absolute: Bool = false) throws(SandboxError) {
        if absolute, !text.hasPrefix("/") || text == "/" {
            throw .invalidPolicy("\(name) must be an absolute path below /, and is `\(text)`")
        }
        let utf8 = text.utf8
        if utf8.contains(0) { throw .invalidPolicy("\(name) has a NUL in it") }
        add(UInt32(utf8.count))
        bytes.append(contentsOf: utf8)
        bytes.append(0)
    }

    private func checkRelative(_ path: String) throws(SandboxError) {
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        if components.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) {
            throw .invalidPolicy("a file's path must stay below the submission, and is `\(path)`")
        }
    }

    private mutating func add<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }
}
