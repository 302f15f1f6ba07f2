import Dispatch
import Glibc

/// Ends the process on SIGINT and SIGTERM with the exit status that shells expect, after a last word. Boxes end with it.
struct Interruption {
    private let sources: [any DispatchSourceSignal]

    init(_ lastWord: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                lastWord()
                _exit(128 + number)
            }
            source.resume()
            return source
        }
    }

    func end() { for source in sources { source.cancel() } }
}
