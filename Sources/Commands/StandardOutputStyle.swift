import Glibc
import TerminalReport

extension TerminalStyle {
    /// What standard output can show.
    static func ofStandardOutput(_ choice: ColourChoice) -> TerminalStyle {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var size = winsize()
        let columns = isTerminal && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : nil
        return .detect(choice, environment: wholeEnvironment(), isTerminal: isTerminal, columns: columns)
    }
}
