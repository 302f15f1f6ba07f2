package import GradeModel
package import JSONValue

/// A lab, as `lab.yaml` describes it (`docs/lab-format.md`), checked as a whole: ids are unique, `requires` has no cycle,
/// the points add up, and every expression and pattern compiles.
package struct Lab: Sendable {
    package var id: String
    package var title: LocalizedText
    package var description: LocalizedText?
    /// What the checks without extra credit add up to.
    package var points: Points
    /// How a submission may be written, in the order of the file.
    package var interfaces: [LabInterface]
    package var limits: LabLimits
    package var network: LabNetwork
    package var time: LabTime
    package var containers: LabContainers
    /// Files of the program's working directory that results show, in the order of the file.
    package var collect: [String]
    package var account: LabAccount
    /// Calls that are made before a submission's program runs, in order.
    package var given: [GivenCall]
    /// Timelines that `scenario` checks play, in the order of the file.
    package var scenarios: [ScenarioDefinition]
    /// In the order of the file.
    package var checks: [CheckDefinition]
    package var selftests: [SelfTest]
}

/// An API call by which a lab brings about what its students find.
package struct GivenCall: Sendable, Hashable {
    /// The service's signing name, for instance `ecs`.
    package var service: String
    package var operation: String
    /// As botocore takes them.
    package var parameters: JSON
    package var location: SourceLocation
}

extension Lab {
    /// What the programs of its interfaces are called.
    package var entries: [String] { interfaces.map(\.entry) }
}

/// A text in one or several languages.
package struct LocalizedText: Sendable, Hashable {
    /// BCP 47 language tags and texts, in the order of the file; never empty.
    package var texts: [(language: String, text: String)]

    /// The text in that language, else in its base language (`pt` for `pt-BR`), else in English, else the first one.
    package func text(in language: String = "en") -> String {
        let base = language.prefix { $0 != "-" }
        for wanted in [language, String(base), "en"] {
            if let match = texts.first(where: { $0.language == wanted }) { return match.text }
        }
        return texts.first?.text ?? ""
    }

    package static func == (left: LocalizedText, right: LocalizedText) -> Bool {
        left.texts.elementsEqual(right.texts) { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        for item in texts {
            hasher.combine(item.language)
            hasher.combine(item.text)
        }
    }
}

/// One way to write a submission.
package struct LabInterface: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A shell script with the aws CLI.
        case cli
        /// A Python program with boto3.
        case boto3
        /// A Terraform configuration with the AWS provider.
        case terraform
        /// The code of a Lambda function; the grader makes the function.
        case zip
        /// An ECS task definition; the grader registers it.
        case taskdef
    }

    /// How the function is made.
    package struct Deployment: Sendable, Hashable {
        package var function: String
        package var runtime: String
        package var handler: String
        /// MiB.
        package var memory: Int
        /// Seconds.
        package var timeout: Int
    }

    package var kind: Kind
    /// Nil where the submission's own program makes what is to be made.
    package var deployment: Deployment?
    /// The file whose presence chooses this interface and that is run: a path below the submission's folder.
    package var entry: String
}

/// What a submission's program may use.
package struct LabLimits: Sendable, Hashable {
    /// Seconds of real time.
    package var wallSeconds: Double = 60
    /// Seconds of processor time, all processes together.
    package var cpuSeconds: Double = 30
    package var memoryBytes: Int = 512 << 20
    /// Processes and threads at one time.
    package var processes: Int = 64
    /// Bytes of standard output and standard error together.
    package var outputBytes: Int = 1 << 20
    /// Bytes of files written.
    package var diskBytes: Int = 64 << 20
    package var apiCalls: Int = 2000
    /// Bytes of the bodies of requests: what the emulator may have to keep.
    package var apiDataBytes: Int = 128 << 20

    package init() {}
}

/// What a submission's program can reach.
package enum LabNetwork: String, Sendable, CaseIterable {
    case none
    /// The emulated AWS endpoints and nothing else.
    case emulator
}

/// What sleeping costs a submission's program.
package enum LabTime: String, Sendable, CaseIterable {
    /// Nothing: a sleep is over at once, and the region's clock moves by it.
    case virtual
    /// Real time.
    case real
}

/// What becomes of the containers of ECS tasks.
package enum LabContainers: String, Sendable, CaseIterable {
    /// Their tasks go through AWS's states.
    case modelled
    /// They are processes, on images of the lab's folder `images` and those that come with Skylab.
    case run
}

/// A submission that comes with the lab, and what grading it must give.
package struct SelfTest: Sendable, Hashable {
    /// The submission's folder, relative to the lab's.
    package var path: String
    package var location: SourceLocation
    /// Bounds of the score, both included; nil where any score will do.
    package var score: ClosedRange<Points>?
    /// Ids of checks that must fail or earn only a part of their points.
    package var fails: [String]
    package var passes: [String]
    package var skips: [String]
    /// The outcome of the whole.
    package var outcome: Outcome?

    package enum Outcome: String, Sendable, CaseIterable {
        /// Every check passed that counts.
        case passed
        /// Some check did not.
        case failed
        /// The submission could not be graded.
        case error
    }
}
