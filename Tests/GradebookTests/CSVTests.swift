import Testing

@testable import Gradebook

/// Reading and writing CSV.
struct CSVTests {
    private func table(_ text: String) throws -> CSVTable { try CSVTable(Array(text.utf8), file: "x.csv") }

    @Test func `quotes, delimiters and line ends are read as the platforms write them`() throws {
        let rows = [["a", "b,c"], ["d \"e\"", "f\ng"]]
        #expect(try table("a,\"b,c\"\r\n\"d \"\"e\"\"\",\"f\ng\"\r\n").rows == rows)
        #expect(try table("\u{FEFF}a;b\n1;2,5").rows == [["a", "b"], ["1", "2,5"]])
        #expect(try table("a\tb\r1\t2\r").rows == [["a", "b"], ["1", "2"]])
    }

    @Test func `what cannot be read says where`() {
        #expect { try table("a,b\n\"never closed") } throws: { "\($0)".contains("x.csv:2") }
        #expect(throws: GradebookError.self) { try table("") }
        #expect(throws: GradebookError.self) { try CSVTable([0xFF, 0xFE, 0x41], file: "x.csv") }
    }

    @Test(arguments: ["=1+1", "+1", "-a", "@a", "\ta", " =cmd|'/C calc'!A0", "＝1", "|a", "\u{FEFF}=1"])
    func `a cell that a spreadsheet would run gets an apostrophe`(cell: String) {
        let text = String(decoding: CSVTable(rows: [[cell]]).bytes(), as: UTF8.self)
        #expect(text == "\"'\(cell)\"\r\n")
        #expect(String(decoding: CSVTable(rows: [[cell]]).bytes(raw: true), as: UTF8.self) == "\"\(cell)\"\r\n")
    }

    @Test(arguments: ["-5", "-2.50", "3", "a=b", "x@y", ""])
    func `numbers and harmless texts stay`(cell: String) {
        #expect(CSVTable(rows: [[cell]]).bytes() == Array("\"\(cell)\"\r\n".utf8))
    }

    @Test func `what is written is read again`() throws {
        let rows = [["a", "\"q\"", "x,y"], ["", "two\r\nlines", "ü"]]
        #expect(try CSVTable(CSVTable(rows: rows).bytes(), file: "x").rows == rows)
    }
}
