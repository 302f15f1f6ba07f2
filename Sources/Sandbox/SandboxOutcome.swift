package import GradeModel

/// Which kinds of confinement a run had, taken together.
package enum SandboxTier: String, Sendable, Codable {
    /// Namespaces, Landlock, seccomp and limits.
    case full
    /// All that but Landlock, which this kernel lacks.
    case withoutLandlock = "without Landlock"
}

/// How a run in a box went.
package struct SandboxOutcome: Sendable {
    package var ending: ProgramEnding
    package var standardOutput: CapturedOutput
    package var standardError: CapturedOutput
    /// Wall and CPU time, memory, processes. `apiCalls` and `virtualSeconds` are the emulator's to fill in.
    package var usage: ResourceUsage
    package var layers: [SandboxLayer]
    package var tier: SandboxTier
}
