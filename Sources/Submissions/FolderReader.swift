import Glibc
import Sandbox

/// Reads a folder without following a link.
struct FolderReader {
    private let limits: SubmissionLimits
    private var collector: FileCollector

    static func files(in folder: String, limits: SubmissionLimits) throws(SubmissionError) -> [SandboxFile] {
        let root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard root >= 0 else { throw SubmissionError.system(folder) }
        var reader = FolderReader(limits: limits, collector: FileCollector(limits: limits))
        try reader.read(root, prefix: "", depth: 0)
        return reader.collector.files
    }

    /// Reads a folder and closes its descriptor.
    private mutating func read(_ folder: Int32, prefix: String, depth: Int) throws(SubmissionError) {
        guard depth <= limits.depth else {
            Glibc.close(folder)
            throw SubmissionError("\(prefix): folders are nested more than \(limits.depth) deep")
        }
        guard let stream = fdopendir(folder) else {
            let error = SubmissionError.system(prefix, isWithin: true)
            Glibc.close(folder)
            throw error
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes != Array(".".utf8), bytes != Array("..".utf8) else { continue }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                throw SubmissionError("\(prefix)…: a file name is not UTF-8")
            }
            if !FileCollector.isSkipped(name) { names.append(name) }
            guard names.count <= 2 * limits.files else {
                throw SubmissionError("the submission holds more than \(limits.files) files")
            }
        }
        for name in names.sorted() {
            try read(name, in: folder, path: prefix.isEmpty ? name : "\(prefix)/\(name)", depth: depth)
        }
    }

    private mutating func read(_ name: String, in folder: Int32, path: String, depth: Int) throws(SubmissionError) {
        // O_NONBLOCK: opening a FIFO must not wait for somebody to write.
        let descriptor = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ELOOP {
                throw SubmissionError("\(path): is a symbolic link; submissions may hold only files and folders")
            }
            // What a socket gives.
            if errno == ENXIO {
                throw SubmissionError("\(path): is neither a file nor a folder; submissions may hold nothing else")
            }
            throw SubmissionError.system(path, isWithin: true)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = SubmissionError.system(path, isWithin: true)
            Glibc.close(descriptor)
            throw error
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            try read(descriptor, prefix: path, depth: depth + 1)
        case S_IFREG:
            defer { Glibc.close(descriptor) }
            let contents = try contents(of: descriptor, size: Int(status.st_size), path: path)
            try collector.add(
                SandboxFile(path: path, isExecutable: status.st_mode & S_IXUSR != 0, contents: contents))
        default:
            Glibc.close(descriptor)
            throw SubmissionError("\(path): is neither a file nor a folder; submissions may hold nothing else")
        }
    }

    private mutating func contents(of descriptor: Int32, size: Int, path: String) throws(SubmissionError) -> [UInt8] {
        // The size is a hint: a sparse or growing file is cut off by the cap all the same.
        var result: [UInt8] = []
        result.reserveCapacity(min(size, 1 << 20))
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SubmissionError.system(path, isWithin: true) }
            guard count > 0 else { return result }
            try collector.count(count)
            result += chunk[..<count]
        }
    }
}
