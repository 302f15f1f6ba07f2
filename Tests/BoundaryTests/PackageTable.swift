/// The table of targets in `Package.swift`, read from its text: what each target is called, where its sources are, and
/// which modules it may import.
struct PackageTable {
    struct Target: Equatable {
        var name: String
        /// The folder of the sources, relative to the repository.
        var folder: String
        /// Names of targets and of products, which here are names of modules.
        var dependencies: [String]
        /// A module map for a library of the system: no sources of ours.
        var isSystemLibrary = false
        var isTest = false
    }

    var targets: [Target] = []

    private typealias Token = SwiftText.Token

    /// Reads the text of a manifest that builds its targets with `library(…)`, `service(…)`, `tests(…)` and SwiftPM's own
    /// `.target(…)`, `.executableTarget(…)`, `.systemLibrary(…)` and `.testTarget(…)`.
    init(manifest: String) {
        let tokens = SwiftText(manifest).tokens.filter { $0 != .lineEnd }
        let products = Self.namedProducts(tokens)
        guard let package = tokens.firstIndex(of: .word("Package")).flatMap({ Self.packageCall(tokens, after: $0) })
        else { return }
        var index = package
        while index < tokens.count {
            if case .word(let callee) = tokens[index], index + 1 < tokens.count, tokens[index + 1] == .symbol("("),
                let target = Self.target(callee, Self.arguments(tokens, after: index + 1), products)
            {
                targets.append(target)
                index += Self.arguments(tokens, after: index + 1).count
            }
            index += 1
        }
    }

    /// Where `targets:` of `Package(…)` begins.
    private static func packageCall(_ tokens: [Token], after start: Int) -> Int? {
        // `products` have `targets:` too; the package's own comes after its `dependencies:`.
        guard
            let call = tokens[start...].indices.dropLast().first(where: {
                tokens[$0] == .word("Package") && tokens[$0 + 1] == .symbol("(")
            }),
            let dependencies = tokens[call...].firstIndex(of: .word("dependencies"))
        else { return nil }
        return tokens[dependencies...].firstIndex(of: .word("targets"))
    }

    /// `let collections = Target.Dependency.product(name: "HashTreeCollections", …)`: what such a name stands for.
    private static func namedProducts(_ tokens: [Token]) -> [String: String] {
        var found: [String: String] = [:]
        for index in tokens.indices where tokens[index] == .word("let") && index + 2 < tokens.count {
            guard case .word(let name) = tokens[index + 1], tokens[index + 2] == .symbol("=") else { continue }
            let value = tokens[(index + 3)...].prefix(10)
            guard value.contains(.word("product")) else { continue }
            for case .literal(let product) in value {
                found[name] = product
                break
            }
        }
        return found
    }

    /// The tokens between the parenthesis at `open` and the one that closes it.
    private static func arguments(_ tokens: [Token], after open: Int) -> [Token] {
        var depth = 0
        for index in open..<tokens.count {
            if tokens[index] == .symbol("(") { depth += 1 }
            if tokens[index] == .symbol(")") { depth -= 1 }
            if depth == 0 { return Array(tokens[(open + 1)..<index]) }
        }
        return []
    }

    private static func target(_ callee: String, _ arguments: [Token], _ products: [String: String]) -> Target? {
        let isSystemLibrary = callee == "systemLibrary"
        let isTest = callee == "tests" || callee == "testTarget"
        guard isSystemLibrary || isTest || ["library", "service", "target", "executableTarget"].contains(callee),
            let name = literals(arguments).first
        else { return nil }
        if callee == "service" {
            // What every service may import is said once, in the helper; see `serviceDependencies`. Here is the rest.
            return Target(
                name: name, folder: "Sources/Services/\(name)", dependencies: dependencies(arguments, products))
        }
        let folder = literal(labelled: "path", in: arguments) ?? (isTest ? "Tests/\(name)" : "Sources/\(name)")
        return Target(
            name: name, folder: folder, dependencies: isSystemLibrary ? [] : dependencies(arguments, products),
            isSystemLibrary: isSystemLibrary, isTest: isTest)
    }

    private static func literals(_ tokens: [Token]) -> [String] {
        tokens.compactMap { if case .literal(let text) = $0 { text } else { nil } }
    }

    private static func literal(labelled label: String, in tokens: [Token]) -> String? {
        for index in tokens.indices.dropLast(2) where tokens[index] == .word(label) && tokens[index + 1] == .symbol(":")
        {
            if case .literal(let text) = tokens[index + 2] { return text }
        }
        return nil
    }

    /// The first list among the arguments: names, products by their `name:`, and products that have a name of their own.
    private static func dependencies(_ arguments: [Token], _ products: [String: String]) -> [String] {
        guard let open = arguments.firstIndex(of: .symbol("[")) else { return [] }
        var found: [String] = []
        var label = ""
        for token in arguments[arguments.index(after: open)...] {
            switch token {
            case .symbol("]"): return found
            case .literal(let text):
                if label != "package" { found.append(text) }
                label = ""
            case .word(let word):
                if let product = products[word] { found.append(product) }
                label = word
            case .symbol(","): label = ""
            default: break
            }
        }
        return found
    }

    /// What `service(…)` gives every service: the list in the helper's body.
    static func serviceDependencies(manifest: String) -> [String] {
        let tokens = SwiftText(manifest).tokens.filter { $0 != .lineEnd }
        for index in tokens.indices.dropLast()
        where tokens[index] == .word("func") && tokens[index + 1] == .word("service") {
            guard let call = tokens[index...].firstIndex(of: .word("library")) else { continue }
            return dependencies(arguments(tokens, after: call + 1), [:])
        }
        return []
    }
}
