/// An instruction of the machine that looks for a pattern.
enum PatternInstruction: Sendable {
    case consume(ScalarSet)
    case require(PatternNode.Place)
    /// Go on at both.
    case fork(Int, Int)
    case jump(Int)
    case accept
}

/// Turns a syntax tree into instructions.
struct PatternCompiler {
    private var program: [PatternInstruction] = []
    private static let maximumInstructions = 5_000

    mutating func compile(_ node: PatternNode) throws(PatternError) -> [PatternInstruction] {
        try emit(node)
        try append(.accept)
        return program
    }

    private mutating func append(_ instruction: PatternInstruction) throws(PatternError) {
        if program.count >= Self.maximumInstructions {
            throw PatternError(message: "the pattern is too large: lower its repeat counts", offset: 0)
        }
        program.append(instruction)
    }

    private mutating func emit(_ node: PatternNode) throws(PatternError) {
        switch node {
        case .empty: break
        case .set(let set): try append(.consume(set))
        case .place(let place): try append(.require(place))
        case .sequence(let items): for item in items { try emit(item) }
        case .alternatives(let branches): try emit(branches)
        case .repeated(let inner, let minimum, let maximum):
            let start = program.count
            for _ in 0..<minimum {
                try emit(inner)
                // What emits nothing matches nothing, however often.
                if program.count == start { return }
            }
            if let maximum {
                try emitOptional(inner, times: maximum - minimum)
            } else {
                try emitLoop(inner)
            }
        }
    }

    private mutating func emit(_ branches: [PatternNode]) throws(PatternError) {
        var jumps: [Int] = []
        for (position, branch) in branches.enumerated() {
            if position == branches.count - 1 {
                try emit(branch)
                break
            }
            let fork = program.count
            try append(.fork(fork + 1, 0))
            try emit(branch)
            jumps.append(program.count)
            try append(.jump(0))
            program[fork] = .fork(fork + 1, program.count)
        }
        for jump in jumps { program[jump] = .jump(program.count) }
    }

    private mutating func emitLoop(_ inner: PatternNode) throws(PatternError) {
        let fork = program.count
        try append(.fork(fork + 1, 0))
        try emit(inner)
        try append(.jump(fork))
        program[fork] = .fork(fork + 1, program.count)
    }

    private mutating func emitOptional(_ inner: PatternNode, times: Int) throws(PatternError) {
        var forks: [Int] = []
        for _ in 0..<times {
            forks.append(program.count)
            try append(.fork(0, 0))
            try emit(inner)
        }
        for fork in forks { program[fork] = .fork(fork + 1, program.count) }
    }
}

/// Follows all ways through a program at once; each instruction is visited at most once for each scalar of the text.
struct PatternMachine {
    private let program: [PatternInstruction]
    private var states: [Int] = []
    private var pending: [Int] = []
    /// For each instruction, the step at which it was last reached.
    private var reached: [Int]

    init(program: [PatternInstruction]) {
        self.program = program
        reached = [Int](repeating: -1, count: program.count)
    }

    mutating func run(_ text: String) -> Bool {
        var previous: Unicode.Scalar?
        var step = 0
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        while true {
            let current = index < scalars.endIndex ? scalars[index] : nil
            // The pattern may begin anywhere.
            pending.append(0)
            if follow(previous, current, step) { return true }
            guard let current else { return false }
            for state in states {
                if case .consume(let set) = program[state], set.contains(current) { pending.append(state + 1) }
            }
            previous = current
            scalars.formIndex(after: &index)
            step += 1
        }
    }

    /// Follows `pending` until it is empty and collects in `states` what waits for a scalar; true when the pattern has been
    /// found.
    private mutating func follow(_ previous: Unicode.Scalar?, _ next: Unicode.Scalar?, _ step: Int) -> Bool {
        states.removeAll(keepingCapacity: true)
        while let state = pending.popLast() {
            if reached[state] == step { continue }
            reached[state] = step
            switch program[state] {
            case .accept: return true
            case .consume: states.append(state)
            case .jump(let target): pending.append(target)
            case .fork(let first, let second):
                pending.append(first)
                pending.append(second)
            case .require(let place): if Self.holds(place, previous, next) { pending.append(state + 1) }
            }
        }
        return false
    }

    private static func holds(_ place: PatternNode.Place, _ previous: Unicode.Scalar?, _ next: Unicode.Scalar?) -> Bool
    {
        let atBoundary = isWord(previous) != isWord(next)
        return switch place {
        case .textStart: previous == nil
        case .textEnd: next == nil
        case .lineStart: previous == nil || previous == "\n"
        case .lineEnd: next == nil || next == "\n"
        case .wordBoundary: atBoundary
        case .notWordBoundary: !atBoundary
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { ScalarSet.words.contains($0) } ?? false
    }
}
