package import CloudState
import ServiceModel

/// What a container behind a port answers to a path.
///
/// Where it runs as processes it is what these answered when they were last asked; else what an image of that name would.
package enum ContainerAnswer: Sendable, Equatable {
    /// Nothing listens.
    case refused
    case status(Int)

    /// - Returns: nil where there is no container.
    package init?(interface: String, port: Int, path: String, _ ecs: ECSState) {
        let process = ecs.process(interface: interface, port: port)
        self.init(process, path: path, modelled: ecs.container(interface: interface, port: port))
    }

    /// - Returns: nil where there is no container.
    package init?(instance: String, port: Int, path: String, _ ecs: ECSState) {
        let process = ecs.process(instance: instance, port: port)
        self.init(process, path: path, modelled: ecs.container(instance: instance, port: port))
    }

    /// A path that the process was not asked for is answered as another one was.
    private init?(
        _ process: (task: ContainerTask, port: Int)?, path: String,
        modelled: @autoclosure () -> (definition: Fields, port: Int)?
    ) {
        if let process {
            let answers = process.task.answers.filter { $0.probe.port == process.port }
            let answer = answers.first { $0.probe.path == path } ?? answers.first { $0.status != nil }
            self = (answer?.status).map { .status($0) } ?? .refused
        } else if let found = modelled() {
            self.init(found.definition, port: found.port, path: path)
        } else {
            return nil
        }
    }

    /// A container answers on a port that its definition maps. The official images of web servers, started as they come,
    /// listen on port 80 and have one page; whatever else a container runs is taken to answer every path.
    private init(_ container: Fields, port: Int, path: String) {
        let image = container["image"]?.text ?? ""
        let name = (image.split(separator: "/").last ?? "").prefix { $0 != ":" && $0 != "@" }
        let isOwn = ["command", "entryPoint"].contains { !(container[$0]?.elements ?? []).isEmpty }
        guard !isOwn, name == "nginx" || name == "httpd", !image.contains(".amazonaws.com/") else {
            self = .status(200)
            return
        }
        guard port == 80 else {
            self = .refused
            return
        }
        let page = path.prefix { $0 != "?" && $0 != "#" }
        self = .status(page == "/" || page == "/index.html" || page.isEmpty ? 200 : 404)
    }
}
