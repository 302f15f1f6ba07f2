// Turns botocore's service-2.json files into the text that ServiceModel reads at run time.
//
//   modelgen OUTPUT_DIR BOTOCORE_VERSION SERVICE=FILE.json …     writes one NAME.model.swift a service
//   modelgen --check OUTPUT_DIR BOTOCORE_VERSION SERVICE=FILE.json …   exits 1 where a file differs
//
// Only facts are taken: names, types, locations and constraints; documentation strings are not copied.

import Foundation

@main
struct ModelGen {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let check = arguments.first == "--check"
        if check { arguments.removeFirst() }
        guard arguments.count >= 3 else {
            FileHandle.standardError.write(
                Data("usage: modelgen [--check] OUTPUT_DIR BOTOCORE_VERSION SERVICE=FILE.json …\n".utf8))
            exit(2)
        }
        let directory = URL(fileURLWithPath: arguments[0])
        var stale: [String] = []
        for argument in arguments.dropFirst(2) {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ModelGenError(message: "\(argument): want SERVICE=FILE.json") }
            let data = try Data(contentsOf: URL(fileURLWithPath: parts[1]))
            let model = try JSONSerialization.jsonObject(with: data)
            guard let model = model as? [String: Any] else {
                throw ModelGenError(message: "\(parts[1]): not a JSON object")
            }
            let text = try ModelText(name: parts[0], botocoreVersion: arguments[1], model: model).render()
            let file = directory.appendingPathComponent("\(parts[0]).model.swift")
            if check {
                if (try? String(contentsOf: file, encoding: .utf8)) != text { stale.append(file.lastPathComponent) }
            } else {
                try text.write(to: file, atomically: true, encoding: .utf8)
            }
        }
        if !stale.isEmpty {
            print("stale: \(stale.joined(separator: ", ")); run `make models`")
            exit(1)
        }
    }
}

struct ModelGenError: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
}
