package import GradeModel

/// How a run in a box went.
package struct SandboxOutcome: Sendable {
    /// How the program's first process ended, or which limit ended it.
    package var ending: ProgramEnding
    /// The beginning and the end of each stream; see ``OutputCapture/kept``.
    package var standardOutput: CapturedOutput
    package var standardError: CapturedOutput
    /// Wall and CPU time, memory, processes. `apiCalls` and `virtualSeconds` are the emulator's to fill in.
    package var usage: ResourceUsage
    /// The layers that this run had, and those that it lacked.
    package var layers: [SandboxLayer]
    /// The same in one word.
    package var tier: SandboxTier
}
