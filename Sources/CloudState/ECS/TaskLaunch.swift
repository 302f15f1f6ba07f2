package import ServiceModel

/// What a task is to be run with, as processes: everything that is decided in the world, nothing that is of this machine.
package struct TaskLaunch: Sendable, Equatable {
    package struct Container: Sendable, Equatable {
        package var name: String
        /// As the definition names it.
        package var image: String
        package var isEssential = true
        /// Nil for the image's own.
        package var entryPoint: [String]?
        package var command: [String]?
        package var environment: [Variable] = []
        package var user: String?
        package var workingDirectory: String?
        package var hasReadOnlyRoot = false
        /// MiB; the task's where the container has none.
        package var memory: Int?
        package var openFiles: Int?
        package var hostName: String?
        package var extraHosts: [Variable] = []
        package var dependencies: [Dependency] = []
        package var healthCheck: HealthCheck?
        /// Seconds.
        package var startTimeout: Int?
        package var stopTimeout: Int?
        package var mounts: [Mount] = []
        package var ports: [Int] = []
        /// Paths that somebody will ask for on its ports: those of load balancers' health checks.
        package var probes: [Probe] = []
        /// For the metadata endpoint.
        package var arn = ""
        package var runtimeID = ""

        package init(name: String, image: String) {
            self.name = name
            self.image = image
        }
    }

    package struct Variable: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Another container that comes first.
    package struct Dependency: Sendable, Equatable {
        package var container: String
        /// `START`, `COMPLETE`, `SUCCESS` or `HEALTHY`.
        package var condition: String

        package init(container: String, condition: String) {
            self.container = container
            self.condition = condition
        }
    }

    package struct HealthCheck: Sendable, Equatable {
        /// `CMD` or `CMD-SHELL`, and what follows.
        package var command: [String]
        /// Seconds.
        package var interval: Int
        package var timeout: Int
        package var retries: Int
        package var startPeriod: Int

        package init(command: [String], interval: Int = 30, timeout: Int = 5, retries: Int = 3, startPeriod: Int = 0) {
            self.command = command
            self.interval = interval
            self.timeout = timeout
            self.retries = retries
            self.startPeriod = startPeriod
        }
    }

    package struct Mount: Sendable, Equatable {
        /// The volume's place among the task's.
        package var volume: Int
        package var path: String
        package var isReadOnly: Bool

        package init(volume: Int, path: String, isReadOnly: Bool) {
            self.volume = volume
            self.path = path
            self.isReadOnly = isReadOnly
        }
    }

    package struct Probe: Sendable, Equatable, Hashable {
        package var port: Int
        package var path: String

        package init(port: Int, path: String) {
            self.port = port
            self.path = path
        }
    }

    package var taskID: String
    package var taskARN: String
    package var cluster: String
    package var family: String
    package var revision: Int
    package var zone: String
    package var launchType: String
    package var address: String?
    /// MiB of all containers.
    package var memory: Int
    package var containers: [Container]
    /// The task role's credentials; nil for a task without a role.
    package var credentials: Credentials?
    package var time: Timestamp

    package struct Credentials: Sendable, Equatable {
        package var roleARN: String
        package var accessKeyID: String
        package var secretAccessKey: String
        package var sessionToken: String
        package var expiration: Timestamp

        package init(
            roleARN: String, accessKeyID: String, secretAccessKey: String, sessionToken: String, expiration: Timestamp
        ) {
            self.roleARN = roleARN
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
            self.sessionToken = sessionToken
            self.expiration = expiration
        }
    }

    package init(
        task: ContainerTask, family: String, revision: Int, memory: Int, containers: [Container], time: Timestamp
    ) {
        taskID = task.id
        taskARN = task.arn
        cluster = task.clusterName
        self.family = family
        self.revision = revision
        zone = task.zone
        launchType = task.launchType
        address = task.attachment?.privateAddress?.description
        self.memory = memory
        self.containers = containers
        self.time = time
    }
}

/// What is told of a task that runs.
package enum TaskReport: Sendable, Equatable {
    /// All of its containers have started, and what they answer on their ports.
    case started(answers: [TaskAnswer])
    /// A container cannot be started, and with it the task.
    case failed(container: String, reason: String)
    case exited(container: String, code: Int, reason: String?)
    /// `HEALTHY` or `UNHEALTHY`.
    case health(container: String, String)
    case logged(container: String, lines: [String])
    /// What a container answers has changed.
    case answered([TaskAnswer])
    /// No process of it is left.
    case ended
}

/// What a task's process answered when it was asked for a path; nil where nobody listens.
package struct TaskAnswer: Sendable, Equatable {
    package var probe: TaskLaunch.Probe
    package var status: Int?

    package init(probe: TaskLaunch.Probe, status: Int?) {
        self.probe = probe
        self.status = status
    }
}

/// A container that runs, or ran, as a process.
package struct ContainerRun: Sendable, Equatable {
    /// `PENDING`, `RUNNING` or `STOPPED`.
    package var status = "PENDING"
    package var exitCode: Int?
    package var reason: String?
    package var health = "UNKNOWN"

    package init() {}
}
