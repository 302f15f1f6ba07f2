import CloudState
import ServiceModel

/// The rule of a composite alarm, read.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>
indirect enum CompositeRule {
    case constant(Bool)
    /// Whether an alarm, by name or ARN, is in a state.
    case isIn(Alarm.State, String)
    case not(CompositeRule)
    case and(CompositeRule, CompositeRule)
    case or(CompositeRule, CompositeRule)

    init(_ text: String) throws(ServiceError) {
        var reader = RuleReader(words: try Self.words(text))
        self = try reader.whole()
    }

    /// The alarms that it names.
    var alarms: [String] {
        switch self {
        case .constant: []
        case .isIn(_, let name): [name]
        case .not(let rule): rule.alarms
        case .and(let one, let other), .or(let one, let other): one.alarms + other.alarms
        }
    }

    func holds(_ state: (String) -> Alarm.State?) -> Bool {
        switch self {
        case .constant(let value): value
        case .isIn(let wanted, let name): state(name) == wanted
        case .not(let rule): !rule.holds(state)
        case .and(let one, let other): one.holds(state) && other.holds(state)
        case .or(let one, let other): one.holds(state) || other.holds(state)
        }
    }

    fileprivate static func invalid(_ what: String) -> ServiceError {
        CloudWatchError.validation("AlarmRule must be valid: \(what)")
    }

    /// A function with its operand is one word: `ALARM("a")` is `ALARM` and the name.
    fileprivate enum Word: Equatable {
        case sign(String)
        case state(Alarm.State, String)
    }

    private static func words(_ text: String) throws(ServiceError) -> [Word] {
        let characters = Array(text)
        var words: [Word] = []
        var place = 0
        func skipSpace() { while place < characters.count, characters[place].isWhitespace { place += 1 } }
        while true {
            skipSpace()
            guard place < characters.count else { return words }
            if characters[place] == "(" || characters[place] == ")" {
                words.append(.sign(String(characters[place])))
                place += 1
                continue
            }
            let start = place
            while place < characters.count, !characters[place].isWhitespace, !"()".contains(characters[place]) {
                place += 1
            }
            let word = String(characters[start..<place])
            if ["AND", "OR", "NOT", "TRUE", "FALSE"].contains(word) {
                words.append(.sign(word))
                continue
            }
            guard let state = Alarm.State(rawValue: word) else { throw invalid("\(word.prefix(64)) is not known.") }
            skipSpace()
            guard place < characters.count, characters[place] == "(" else { throw invalid("\(word) needs an alarm.") }
            place += 1
            skipSpace()
            let quotes = place < characters.count && "\"'".contains(characters[place]) ? characters[place] : nil
            if quotes != nil { place += 1 }
            let begin = place
            while place < characters.count, quotes.map({ characters[place] != $0 }) ?? (characters[place] != ")") {
                place += 1
            }
            var name = String(characters[begin..<place])
            if quotes != nil { place += 1 } else { name = name.filter { !$0.isWhitespace } }
            skipSpace()
            guard place < characters.count, characters[place] == ")", !name.isEmpty else {
                throw invalid("\(word) needs an alarm in parentheses.")
            }
            place += 1
            words.append(.state(state, name))
        }
    }
}

/// Makes a rule of words: NOT before AND before OR.
private struct RuleReader {
    let words: [CompositeRule.Word]
    private var place = 0
    private var depth = 0

    /// How deeply a rule may be nested.
    private static let limit = 100

    init(words: [CompositeRule.Word]) { self.words = words }

    private mutating func take(_ sign: String) -> Bool {
        guard place < words.count, words[place] == .sign(sign) else { return false }
        place += 1
        return true
    }

    mutating func whole() throws(ServiceError) -> CompositeRule {
        let rule = try alternatives()
        guard place == words.count else { throw CompositeRule.invalid("it does not end where it should.") }
        return rule
    }

    private mutating func alternatives() throws(ServiceError) -> CompositeRule {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.limit else { throw CompositeRule.invalid("it is too deeply nested.") }
        var rule = try conditions()
        while take("OR") { rule = .or(rule, try conditions()) }
        return rule
    }

    private mutating func conditions() throws(ServiceError) -> CompositeRule {
        var rule = try condition()
        while take("AND") { rule = .and(rule, try condition()) }
        return rule
    }

    private mutating func condition() throws(ServiceError) -> CompositeRule {
        var isNegated = false
        while take("NOT") { isNegated.toggle() }
        let rule = try operand()
        return isNegated ? .not(rule) : rule
    }

    private mutating func operand() throws(ServiceError) -> CompositeRule {
        if take("(") {
            let rule = try alternatives()
            guard take(")") else { throw CompositeRule.invalid("a parenthesis is not closed.") }
            return rule
        }
        if take("TRUE") { return .constant(true) }
        if take("FALSE") { return .constant(false) }
        guard place < words.count, case .state(let state, let name) = words[place] else {
            throw CompositeRule.invalid("an alarm is missing.")
        }
        place += 1
        return .isIn(state, name)
    }
}
