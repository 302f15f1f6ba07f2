package import CloudState

/// One step of a timeline, ready to be played on a world.
package struct ScenarioStep: Sendable {
    /// Changes a world, and gives back what ends the change.
    package typealias Begin = @Sendable (inout World) throws -> End
    package typealias End = @Sendable (inout World) -> Void

    /// What a reader calls it, for instance `az-outage us-east-1a`; empty for a step in which time only passes.
    package var name: String
    package var begin: Begin?
    /// How much time passes; what began ends after it. Zero: none, and what began stays.
    package var lasting: Duration
    /// Whether it is a fault, whose recovery is of interest.
    package var isFault: Bool

    /// Time passes.
    package static func run(_ duration: Duration) -> ScenarioStep {
        ScenarioStep(name: "", begin: nil, lasting: duration, isFault: false)
    }

    package init(name: String, begin: Begin?, lasting: Duration, isFault: Bool) {
        self.name = name
        self.begin = begin
        self.lasting = lasting
        self.isFault = isFault
    }
}
