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
        guard access("\(folder)/batch.json", F_OK) != 0 else {
            throw CommandFailure(
                "'\(folder)' holds the results of a batch, which are nobody else's: make a site of them with `skylab site`",
                code: .usage)
        }
        let server = FileServer()
        let listener: FileServer.Listener
        do {
            listener = try await server.listen(host: host, port: port, root: folder)
        } catch {
            throw CommandFailure(
                "cannot listen on \(host):\(port): \(listenProblem(error)). Choose another --port.",
                code: .infrastructure)
        }
        let address = "http://\(host.contains(":") ? "[\(host)]" : host):\(listener.port ?? port)/"
        // What `skylab site` writes has no page of its own: it is two sites, one beside the other.
        let trees = ["student", "instructor"].filter { access("\(folder)/\($0)/index.html", F_OK) == 0 }
        let isSite = access("\(folder)/index.html", F_OK) != 0 && !trees.isEmpty
        writeOut(isSite ? trees.map { "\(address)\($0)/\n" }.joined() : "\(address)\n")
        await untilInterrupted()
        await listener.close()
        await server.shutdown()
    }
}
