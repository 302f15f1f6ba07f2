import Foundation
import GradeModel
import Testing

@testable import Batch

/// The results store.
struct StoreTests {
    @Test func `a store of a newer version is left alone and says so`() throws {
        let folder = try Scratch()
        let path = "\(folder.path)/results.sqlite"
        _ = try BatchStore(path: path)
        // The user version is the big-endian number at offset 60 of a database file.
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        try handle.seek(toOffset: 60)
        try handle.write(contentsOf: Data([0, 0, 0, 9]))
        try handle.close()
        #expect { try BatchStore(path: path) } throws: { "\($0)".contains("has version 9") }
    }

    @Test func `a row that is published waits no more`() throws {
        let folder = try Scratch()
        let store = try BatchStore(path: "\(folder.path)/results.sqlite")
        let row = BatchStore.Row(
            student: "ada", key: "k", attempt: 1, score: Points(3), maximum: Points(5), hasError: false)
        try store.hold(row)
        #expect(try store.pending() == ["ada": row])
        try store.publish(row)
        #expect(try store.pending().isEmpty)
        #expect(try store.results() == ["ada": row])
    }
}

/// A folder that goes with the test.
final class Scratch {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("skylab-batch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
