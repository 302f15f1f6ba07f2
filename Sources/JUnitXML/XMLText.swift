import CLibXML2

/// Writes one XML document into memory through libxml2's text writer, which escapes all values.
///
/// What is written must consist of XML's characters; `SafeText` sees to that.
struct XMLText: ~Copyable {
    private let buffer: xmlBufferPtr
    private let writer: xmlTextWriterPtr
    private var failed = false

    /// Nil where there is no memory.
    init?() {
        Self.startLibrary
        guard let buffer = xmlBufferCreate() else { return nil }
        guard let writer = xmlNewTextWriterMemory(buffer, 0) else {
            xmlBufferFree(buffer)
            return nil
        }
        self.buffer = buffer
        self.writer = writer
        xmlTextWriterSetIndent(writer, 1)
        xmlTextWriterSetIndentString(writer, "  ")
        check(xmlTextWriterStartDocument(writer, nil, "UTF-8", nil))
    }

    deinit {
        xmlFreeTextWriter(writer)
        xmlBufferFree(buffer)
    }

    /// libxml2 wants to be started once, before several threads use it.
    static let startLibrary: Void = xmlInitParser()

    /// An element with its attributes, in their order, and what `content` writes into it.
    mutating func element(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], content: (inout XMLText) -> Void = { _ in }
    ) {
        check(xmlTextWriterStartElement(writer, name))
        for (key, value) in attributes { check(xmlTextWriterWriteAttribute(writer, key, value)) }
        content(&self)
        check(xmlTextWriterEndElement(writer))
    }

    /// An element that holds a text and nothing else.
    mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String) {
        element(name, attributes) { xml in
            if !text.isEmpty { xml.check(xmlTextWriterWriteString(xml.writer, text)) }
        }
    }

    /// Ends the document; nil if libxml2 failed anywhere, which it does for want of memory.
    mutating func finish() -> [UInt8]? {
        check(xmlTextWriterEndDocument(writer))
        check(xmlTextWriterFlush(writer))
        guard !failed, let content = xmlBufferContent(buffer) else { return nil }
        return Array(UnsafeBufferPointer(start: content, count: Int(xmlBufferLength(buffer))))
    }

    private mutating func check(_ result: CInt) { failed = failed || result < 0 }
}
