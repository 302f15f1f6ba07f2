// swift-tools-version: 6.2
// Skylab: a course-lab autograder with an embedded AWS compute emulator.
//
// One section for each target, from the leaves up. A target may import what its `dependencies` name and nothing else;
// Tests/BoundaryTests holds the sources against this table. Imports point downwards only; service targets never
// import each other: they meet in CloudState's World and act on one another by API calls through the call context.

import Glibc
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    // Accesses that overlap are found by the tests, which run with the checks.
    // And generics are made for what they are used with, in whichever module that is.
    .unsafeFlags(["-enforce-exclusivity=unchecked", "-cross-module-optimization"], .when(configuration: .release)),
]

/// For the sandbox's C: the GNU names of Linux's system calls, and no warnings.
let cSettings: [CSetting] = [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

/// For the program itself: its own symbols are exported to nobody, and what the loader has to adjust at the start is listed
/// as bits, where the C library knows that (2.36). Both are pages that every start would read.
let linkerSettings: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld", "-Xlinker", "--no-export-dynamic"]
            + (knowsRelativeRelocations ? ["-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"] : []),
        .when(configuration: .release))
]

var knowsRelativeRelocations: Bool {
    // `glibc 2.36`
    var text = [CChar](repeating: 0, count: 64)
    guard confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count) > 0 else { return false }
    let numbers = text.split(whereSeparator: { !(48...57).contains($0) }).map { digits in
        digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
    return numbers.count >= 2 && (numbers[0], numbers[1]) >= (2, 36)
}

/// A library target of ours.
func library(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

/// The test target that mirrors a target.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// One emulated AWS service.
func service(_ name: String, _ more: [Target.Dependency] = []) -> Target {
    library(name, path: "Sources/Services/\(name)", ["CloudState", "ServiceModel", "JSONValue"] + more)
}

let collections = Target.Dependency.product(name: "HashTreeCollections", package: "swift-collections")

let package = Package(
    name: "skylab",
    products: [
        .executable(name: "skylab", targets: ["skylab"]),
        .executable(name: "spawnd", targets: ["spawnd"]),
    ],
    dependencies: [
        // The command line: subcommands, help, completion.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // Persistent dictionaries: a draft of the world costs nothing to copy.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // The HTTP/1.1 server, on listening sockets that a sandbox hands over.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // lab.yaml, with line numbers.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // The pages of the results site.
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        // The results store of a class, on SQLite.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // MARK: C libraries of the system
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        // Digests and Ed25519. Debian's is built already; building swift-crypto's own copy would take minutes.
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),

        // MARK: Leaves
        library("JSONValue"),
        tests("JSONValueTests", ["JSONValue"]),
        library("Digests", ["CLibCrypto"]),
        tests("DigestsTests", ["Digests"]),
        library("JMESPath", ["JSONValue"]),
        tests("JMESPathTests", ["JMESPath", "JSONValue"]),
        library("SafeText"),
        library("ReportFiles"),
        library("GradeModel", ["JSONValue", "SafeText"]),

        // MARK: The emulator
        library("ServiceModel"),
        library("WireProtocols", ["ServiceModel", "JSONValue", "Digests"]),
        library("PolicyEngine", ["JSONValue", "ServiceModel"]),
        tests("PolicyEngineTests", ["PolicyEngine", "JSONValue"]),
        library("CloudState", ["ServiceModel", "PolicyEngine", "JSONValue", collections]),
        library("Reachability", ["CloudState", "ServiceModel"]),
        library("LoadBalancing", ["CloudState", "Reachability", "ServiceModel"]),
        library("KeyMaterial", ["ServiceModel", "Digests", "CLibCrypto"]),
        service("EC2", ["KeyMaterial", "PolicyEngine", "Reachability"]),
        service("ELB", ["LoadBalancing", "PolicyEngine"]),
        service("IAM", ["Digests", "PolicyEngine"]),
        service("KMS", ["PolicyEngine"]),
        service("SSM", ["PolicyEngine"]),
        service("STS", ["PolicyEngine"]),
        // How scaling policies become alarms and capacities.
        library("ScalingPolicies", ["CloudState", "ServiceModel"]),
        service("AutoScaling", ["ScalingPolicies", "Schedules"]),
        service("ApplicationAutoScaling", ["ScalingPolicies", "Schedules"]),
        service("ServiceDiscovery"),
        service("CloudWatch"),
        service("FIS"),
        // Patterns that events are held against, and times that come again.
        library("EventPatterns", ["JSONValue"]),
        library("Schedules", ["ServiceModel"]),
        // What rules and schedules call.
        library("TargetDelivery", ["CloudState", "JSONValue", "ServiceModel", "WireProtocols"]),
        tests("EventPatternsTests", ["EventPatterns", "JSONValue"]),
        tests("SchedulesTests", ["Schedules", "ServiceModel"]),
        service("Events", ["EventPatterns", "PolicyEngine", "Schedules", "TargetDelivery"]),
        service("Kinesis", ["Digests", "PolicyEngine"]),
        service("Scheduler", ["PolicyEngine", "Schedules", "TargetDelivery"]),
        service("S3", ["Digests", "PolicyEngine"]),
        service("ECS", ["LoadBalancing", "PolicyEngine", "Reachability"]),
        service("ECR", ["Digests", "PolicyEngine"]),
        service("Logs", ["Digests"]),
        service("SQS", ["Digests", "PolicyEngine"]),
        // Zip files of functions and layers, with libarchive.
        library("Archives", ["CLibArchive"]),
        // OCI images of this machine, unpacked into roots of containers, with libarchive.
        library("Images", ["CLibArchive", "Digests", "JSONValue"]),
        tests("ImagesTests", ["Images", "Digests"]),
        service("Lambda", ["Archives", "Digests", "PolicyEngine", "EventPatterns"]),
        library(
            "EmulatorCore",
            [
                "CloudState", "ServiceModel", "WireProtocols", "JSONValue", "PolicyEngine", "EC2", "ELB", "IAM", "KMS",
                "SSM",
                "STS",
                "AutoScaling", "CloudWatch", "FIS", "S3", "ECS", "ECR", "Logs", "SQS", "Lambda", "Kinesis",
                "Events", "Scheduler", "ApplicationAutoScaling", "ServiceDiscovery",
            ]),
        library(
            "EmulatorServer",
            [
                "EmulatorCore", "WireProtocols",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        library(
            "EmulatorTestSupport", path: "Tests/EmulatorTestSupport",
            ["EmulatorCore", "CloudState", "ServiceModel", "WireProtocols"]),
        tests(
            "EmulatorCoreTests",
            [
                "EmulatorCore", "CloudState", "JSONValue", "ServiceModel", "WireProtocols", "EmulatorTestSupport",
                "ReportFixtures",
            ]),
        tests(
            "EC2Tests", ["EC2", "CloudState", "ServiceModel", "EmulatorCore", "WireProtocols", "EmulatorTestSupport"]),
        .executableTarget(name: "modelgen", dependencies: [], swiftSettings: settings),

        // MARK: The sandbox
        .target(name: "CSpawnProtocol", cSettings: cSettings),
        .executableTarget(
            name: "spawnd", dependencies: ["CSeccomp", "CSpawnProtocol"], cSettings: cSettings,
            // Static and without the Swift run-time: a box begins as a copy of spawnd, so its pages are paid for again
            // and again.
            linkerSettings: [.unsafeFlags(["-static-executable", "-nostartfiles"])]),
        library("Sandbox", ["CSpawnProtocol", "GradeModel"]),
        .executableTarget(
            name: "sandbox-bench", dependencies: ["Sandbox", "GradeModel", "spawnd"], swiftSettings: settings),
        tests("SandboxTests", ["Sandbox", "CSpawnProtocol", "GradeModel", "spawnd", "sandbox-bench"]),

        // MARK: Grading
        library(
            "LabFormat", ["Digests", "GradeModel", "JMESPath", "JSONValue", .product(name: "Yams", package: "Yams")]),
        tests("LabFormatTests", ["LabFormat", "GradeModel", "JMESPath", "JSONValue", "ReportFixtures"]),
        library("Scenarios", ["CloudState", "LoadBalancing", "Reachability", "ServiceModel"]),
        library(
            "Checks",
            [
                "CloudState", "JMESPath", "JSONValue", "LabFormat", "GradeModel", "LoadBalancing", "Reachability",
                "Scenarios",
            ]),
        tests(
            "ChecksTests",
            [
                "Checks", "CloudState", "JMESPath", "JSONValue", "LabFormat", "GradeModel", "LoadBalancing",
                "Reachability", "Scenarios",
            ]),
        library("Submissions", ["CLibArchive", "Digests", "Sandbox"]),
        tests("SubmissionsTests", ["Submissions", "Sandbox"]),
        library(
            "Workloads",
            [
                "EmulatorCore", "EmulatorServer", "CloudState", "ServiceModel", "Sandbox", "GradeModel", "Archives",
                "Images", "LoadBalancing", "Reachability", "Scenarios", "WireProtocols",
                "JSONValue",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        library(
            "Grading",
            [
                "Workloads", "Images",
                "Submissions", "Checks", "Digests", "LabFormat", "GradeModel", "JSONValue", "EmulatorCore",
                "EmulatorServer", "Sandbox", "CloudState", "ServiceModel", "PolicyEngine", "LoadBalancing",
                "Reachability", "Scenarios",
            ]),

        // MARK: Results of a class
        library("ResultsFolder", ["Digests", "GradeModel", "ReportFiles"]),
        tests("ResultsFolderTests", ["ResultsFolder", "GradeModel", "ReportFixtures"]),
        library("Gradebook", ["GradeModel", "JSONValue", "ReportFiles", "ResultsFolder", "SafeText"]),
        tests("GradebookTests", ["Gradebook", "GradeModel", "ResultsFolder", "ReportFixtures"]),
        library(
            "Batch",
            [
                "Digests", "GradeModel", "JUnitXML", "ReportFiles", "ResultsFolder", "Submissions",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        tests("BatchTests", ["Batch", "GradeModel", "ReportFixtures", "ResultsFolder", "Submissions"]),

        // MARK: Reports
        library("JUnitXML", ["GradeModel", "SafeText", "CLibXML2"]),
        library(
            "SiteGenerator",
            [
                "Archives", "Digests", "GradeModel", "JSONValue", "ReportFiles", "ResultsFolder", "SafeText",
                .product(name: "Mustache", package: "swift-mustache"),
            ]),
        library("TerminalReport", ["GradeModel", "SafeText"]),

        // MARK: The command line
        library(
            "Commands",
            [
                "Grading", "LabFormat", "GradeModel", "JUnitXML", "SiteGenerator", "EmulatorServer", "EmulatorCore",
                "Sandbox", "JSONValue", "ServiceModel", "TerminalReport", "SafeText", "WireProtocols", "ReportFiles",
                "CloudState", "Submissions", "ResultsFolder", "Batch", "Gradebook", "Workloads", "Images",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        tests(
            "GradingTests",
            ["Grading", "GradeModel", "LabFormat", "Sandbox", "EmulatorServer", .target(name: "spawnd")]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "EmulatorCore", "EmulatorServer", "ServiceModel", "CloudState", "Sandbox", "Workloads", "Images",
                "WireProtocols", "TestPrograms", .target(name: "spawnd"),
            ],
            exclude: ["boto3", "terraform"], swiftSettings: settings),
        .executableTarget(
            name: "skylab", dependencies: ["Commands"], swiftSettings: settings, linkerSettings: linkerSettings),

        tests(
            "WalkthroughTests",
            [
                "ReportFixtures", "TestPrograms", .target(name: "skylab"), .target(name: "spawnd"),
                .product(name: "Yams", package: "Yams"),
            ]),

        // Whole classes, with the real program.
        tests("ClassTests", ["ReportFixtures", "TestPrograms", .target(name: "skylab"), .target(name: "spawnd")]),

        // MARK: Tests of the emulator's parts
        tests("EmulatorServerTests", ["EmulatorServer"]),
        tests("ReachabilityTests", ["Reachability", "CloudState", "ServiceModel"]),
        tests("KeyMaterialTests", ["KeyMaterial", "ServiceModel"]),

        // MARK: Tests of the reports
        library("TestPrograms", path: "Tests/TestPrograms"),
        library("ReportFixtures", path: "Tests/ReportFixtures", ["GradeModel", "CSpawnProtocol", "TestPrograms"]),
        tests("SafeTextTests", ["SafeText", "ReportFixtures"]),
        tests("GradeModelTests", ["GradeModel", "ReportFixtures"]),
        tests("JUnitXMLTests", ["JUnitXML", "GradeModel", "ReportFixtures", "TestPrograms"]),
        tests("TerminalReportTests", ["TerminalReport", "GradeModel", "SafeText", "ReportFixtures"]),
        tests("ReportFilesTests", ["ReportFiles", "ReportFixtures"]),
        tests(
            "SiteGeneratorTests",
            [
                "SiteGenerator", "Archives", "GradeModel", "JSONValue", "ReportFiles", "ResultsFolder", "SafeText",
                "ReportFixtures", "TestPrograms",
            ]),

        // MARK: Tests of the architecture
        tests("BoundaryTests"),
    ]
)
