import TerminalReport
import Testing

private func colour(_ choice: ColourChoice = .auto, _ environment: [String: String] = [:], tty: Bool = true) -> Bool {
    TerminalStyle.detect(choice, environment: environment, isTerminal: tty).colour
}

@Test func `the option beats the environment, which beats the terminal`() {
    #expect(colour())
    #expect(!colour(tty: false))
    #expect(!colour(.never))
    #expect(colour(.always, ["NO_COLOR": "1", "TERM": "dumb"], tty: false))
    #expect(!colour(.auto, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"]))
    #expect(colour(.auto, ["NO_COLOR": ""]))
    #expect(colour(.auto, ["CLICOLOR_FORCE": "1"], tty: false))
    #expect(colour(.auto, ["FORCE_COLOR": "1"], tty: false))
    #expect(!colour(.auto, ["CLICOLOR_FORCE": "0"], tty: false))
    #expect(!colour(.auto, ["TERM": "dumb"]))
    #expect(!colour(.auto, ["CLICOLOR": "0"]))
}

@Test func `the locale says whether Unicode can be shown`() {
    func unicode(_ environment: [String: String]) -> Bool {
        TerminalStyle.detect(environment: environment, isTerminal: true).unicode
    }
    #expect(unicode(["LANG": "uk_UA.UTF-8"]))
    #expect(unicode(["LANG": "C", "LC_ALL": "C.utf8"]))
    #expect(!unicode(["LANG": "C"]))
    #expect(!unicode([:]))
    #expect(!unicode(["LC_ALL": "POSIX", "LANG": "en_US.UTF-8"]))
}

@Test func `the width is the terminal's, COLUMNS overrides it, and a pipe has none`() {
    func width(_ environment: [String: String], tty: Bool) -> Int? {
        TerminalStyle.detect(environment: environment, isTerminal: tty, columns: 132).width
    }
    #expect(width([:], tty: true) == 132)
    #expect(width(["COLUMNS": "40"], tty: true) == 40)
    #expect(width(["COLUMNS": "3"], tty: true) == 24)
    #expect(width(["COLUMNS": "-1"], tty: true) == nil)
    #expect(width([:], tty: false) == nil)
}
