import Glibc
import NIOCore

/// Why nobody can listen on an address, in the system's words alone: SwiftNIO's have its own calls in them.
package func listenProblem(_ error: any Error) -> String {
    (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
}
