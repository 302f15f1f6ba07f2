import CLibXML2

/// What libxml2 found wrong with a document or a schema.
package struct XMLProblem: Error, Equatable, CustomStringConvertible {
    /// Lines of the document, each with the line number it is about.
    package var messages: [String]

    package var description: String { messages.joined(separator: "\n") }
}

/// Checks documents against an XML schema with libxml2; touches no network and expands no entity.
package struct XMLSchemaValidator {
    private let schema: [UInt8]

    /// The schema's text; it is read when a document is checked.
    package init(schema: [UInt8]) { self.schema = schema }

    /// Throws unless the document is well-formed and valid.
    package func validate(_ document: [UInt8]) throws(XMLProblem) {
        XMLText.startLibrary
        let tree = try parse(document)
        defer { xmlFreeDoc(tree) }
        var messages: [String] = []
        let valid = withUnsafeMutablePointer(to: &messages) { messages in
            isValid(tree, reportingTo: UnsafeMutableRawPointer(messages))
        }
        guard valid else { throw XMLProblem(messages: messages.isEmpty ? ["the schema cannot be used"] : messages) }
    }

    private func parse(_ document: [UInt8]) throws(XMLProblem) -> xmlDocPtr {
        let options = CInt(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue)
        guard let size = CInt(exactly: document.count) else { throw XMLProblem(messages: ["longer than 2 GiB"]) }
        guard let context = xmlNewParserCtxt() else { throw XMLProblem(messages: ["out of memory"]) }
        defer { xmlFreeParserCtxt(context) }
        let tree = document.withUnsafeBytes { bytes in
            xmlCtxtReadMemory(context, bytes.bindMemory(to: CChar.self).baseAddress, size, nil, nil, options)
        }
        guard let tree else {
            guard let error = xmlCtxtGetLastError(context) else { throw XMLProblem(messages: ["not well-formed"]) }
            throw XMLProblem(messages: [text(of: error)])
        }
        return tree
    }

    private func isValid(_ tree: xmlDocPtr, reportingTo messages: UnsafeMutableRawPointer) -> Bool {
        guard let size = CInt(exactly: schema.count) else { return false }
        return schema.withUnsafeBytes { bytes in
            let text = bytes.bindMemory(to: CChar.self).baseAddress
            guard let parser = xmlSchemaNewMemParserCtxt(text, size) else { return false }
            defer { xmlSchemaFreeParserCtxt(parser) }
            xmlSchemaSetParserStructuredErrors(parser, collectProblem, messages)
            guard let parsed = xmlSchemaParse(parser) else { return false }
            defer { xmlSchemaFree(parsed) }
            guard let validation = xmlSchemaNewValidCtxt(parsed) else { return false }
            defer { xmlSchemaFreeValidCtxt(validation) }
            xmlSchemaSetValidStructuredErrors(validation, collectProblem, messages)
            return xmlSchemaValidateDoc(validation, tree) == 0
        }
    }
}

/// libxml2's callback: appends what it says to the list behind `target`.
private func collectProblem(_ target: UnsafeMutableRawPointer?, _ error: xmlErrorPtr?) {
    guard let target, let error else { return }
    target.assumingMemoryBound(to: [String].self).pointee.append(text(of: error))
}

private func text(of error: xmlErrorPtr) -> String {
    let message = error.pointee.message.map { String(cString: $0) } ?? "unknown problem"
    return "line \(error.pointee.line): \(message.split(separator: "\n").joined(separator: " "))"
}
