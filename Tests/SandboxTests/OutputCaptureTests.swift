import GradeModel
import Testing

@testable import Sandbox

struct OutputCaptureTests {
    private func capture(_ chunks: [[UInt8]]) -> CapturedOutput {
        var capture = OutputCapture()
        for chunk in chunks { chunk.withUnsafeBytes { capture.append($0) } }
        return capture.captured
    }

    @Test func `what fits is kept whole`() {
        let text = String(repeating: "0123456789", count: 13_000)
        let captured = capture(Array(text.utf8).chunked(by: 997))
        #expect(captured == CapturedOutput(head: text, totalBytes: 130_000))
    }

    @Test(arguments: [1, 4096, 65_536, 1_000_000])
    func `of what does not fit the beginning and the end are kept`(_ size: Int) {
        let bytes = (0..<300_000).map { UInt8(48 + ($0 / 1000) % 10) }
        let captured = capture(bytes.chunked(by: size))
        #expect(captured.head == String(decoding: bytes.prefix(OutputCapture.kept), as: UTF8.self))
        #expect(captured.tail == String(decoding: bytes.suffix(OutputCapture.kept), as: UTF8.self))
        #expect(captured.totalBytes == 300_000)
        #expect(captured.omittedBytes == 300_000 - 2 * OutputCapture.kept)
    }

    @Test(arguments: [0, 1, 2, 3])
    func `no character is cut in two`(_ shift: Int) {
        let bytes = Array((String(repeating: "x", count: shift) + String(repeating: "€", count: 100_000)).utf8)
        let captured = capture([bytes])
        #expect(!captured.head.contains("\u{fffd}") && !captured.tail.contains("\u{fffd}"))
        #expect(captured.head.utf8.count + captured.tail.utf8.count + captured.omittedBytes == bytes.count)
    }

    @Test func `bytes that are no text are replaced`() {
        #expect(capture([[0x61, 0xff, 0x62]]).head == "a\u{fffd}b")
    }
}

extension [UInt8] {
    fileprivate func chunked(by size: Int) -> [[UInt8]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
