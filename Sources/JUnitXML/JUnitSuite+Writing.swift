import GradeModel

extension JUnitSuite {
    /// The suite as junit-10 and Surefire both allow it: no host name, no id, output with the cases, a fixed order.
    func writeStrict(to xml: inout XMLText) {
        let counts = (tests: String(cases.count), errors: String(errors))
        func content(_ xml: inout XMLText) {
            writeProperties(to: &xml)
            for test in cases {
                xml.element("testcase", test.attributes) { xml in
                    test.writeOutcome(to: &xml)
                    if let output = test.standardOutput { xml.element("system-out", text: output) }
                    if let output = test.standardError { xml.element("system-err", text: output) }
                }
            }
        }
        if let timestamp {
            xml.element(
                "testsuite",
                [
                    "name": name, "time": decimal(seconds, places: 3), "timestamp": timestamp, "tests": counts.tests,
                    "errors": counts.errors, "skipped": String(skipped), "failures": String(failures),
                ], content: content)
        } else {
            xml.element(
                "testsuite",
                [
                    "name": name, "time": decimal(seconds, places: 3), "tests": counts.tests, "errors": counts.errors,
                    "skipped": String(skipped), "failures": String(failures),
                ], content: content)
        }
    }

    /// The suite as junit-10 and Windy Road's Ant schema both allow it: the program's output is the suite's.
    func writeAnt(to xml: inout XMLText, id: Int) {
        xml.element(
            "testsuite",
            [
                "name": name, "package": package, "id": String(id), "hostname": "localhost",
                "timestamp": timestamp ?? "1970-01-01T00:00:00", "time": decimal(seconds, places: 3),
                "tests": String(cases.count), "errors": String(errors), "skipped": String(skipped),
                "failures": String(failures),
            ]
        ) { xml in
            writeProperties(to: &xml)
            for test in cases { xml.element("testcase", test.attributes) { xml in test.writeOutcome(to: &xml) } }
            xml.element("system-out", text: cases.lazy.compactMap(\.standardOutput).first ?? "")
            xml.element("system-err", text: cases.lazy.compactMap(\.standardError).first ?? "")
        }
    }

    private func writeProperties(to xml: inout XMLText) {
        xml.element("properties") { xml in
            for property in properties {
                xml.element("property", ["name": property.name, "value": property.value])
            }
        }
    }
}

extension JUnitSuite.Case {
    fileprivate var attributes: KeyValuePairs<String, String> {
        ["name": name, "classname": className, "time": decimal(seconds, places: 3)]
    }

    fileprivate func writeOutcome(to xml: inout XMLText) {
        switch outcome {
        case .passed: break
        case .skipped(let message): xml.element("skipped", ["message": message], text: message)
        case .failure(let type, let message, let text):
            xml.element("failure", ["message": message, "type": type], text: text)
        case .error(let type, let message, let text):
            xml.element("error", ["message": message, "type": type], text: text)
        }
    }
}
