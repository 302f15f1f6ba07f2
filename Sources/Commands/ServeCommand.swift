import ArgumentParser
import EmulatorServer
import Glibc

/// `skylab serve`: a site in the browser.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a report or a site on this machine, until interrupted.",
        discussion: """
            Pages open from the disk as well; this is for browsers that keep files apart, and for looking at a site as \
            a web server would show it. Only this machine is answered unless --host says otherwise.
            """)

    @Argument(help: "The folder: a report, or a tree of a site.")
    var folder: String

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes any that is free.")
    var port = 8080

    func run() async throws {
        guard (0...65535).contains(port) else { throw ValidationError("There is no port \(port).") }
        var status = stat()
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw CommandFailure("'\(folder)' is not a folder that can be served", code: .usage)
        }
        let server = FileServer()
        let listener: FileServer.Listener
        do {
            listener = try await server.listen(host: host, port: port, root: folder)
        } catch {
            throw CommandFailure(
                "cannot listen on \(host):\(port): \(error). Choose another --port.", code: .infrastructure)
        }
        writeOut("http://\(host.contains(":") ? "[\(host)]" : host):\(listener.port ?? port)/\n")
        await untilInterrupted()
        await listener.close()
        await server.shutdown()
    }
}
