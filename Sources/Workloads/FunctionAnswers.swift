import CloudState
import EmulatorCore
import Synchronization

/// What a runtime answers to an event: a whole document, a stream, or an error.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>
extension FunctionEnvironment {
    /// What came of the answer to an invocation, as the runtime API says it.
    enum Acceptance {
        case accepted, wrongID, wrongState, tooLarge
    }

    static let mostAnswer = 6_291_556
    /// A stream may bring more.
    static let mostStream = 209_715_200

    func respond(to requestID: String, payload: [UInt8], error: String?) -> Acceptance {
        state.withLock { state in
            guard let job = state.job, job.began != nil, job.invocation.requestID == requestID else { return .wrongID }
            guard job.answer == nil, job.streamed == nil else { return .wrongState }
            state.job?.answered = .now
            guard payload.count <= Self.mostAnswer else {
                state.job?.answer = (.failure("Unhandled"), Self.tooLarge(Self.mostAnswer))
                return .tooLarge
            }
            state.job?.answer = (error.map { _ in .failure("Unhandled") } ?? .success, payload)
            return .accepted
        }
    }

    private static func tooLarge(_ most: Int) -> [UInt8] {
        Array(
            #"{"errorMessage":"Response payload size exceeded maximum allowed payload size (\#(most) bytes).","errorType":"Function.ResponseSizeTooLarge"}"#
                .utf8)
    }

    /// The runtime begins a stream; the one who takes it, if there is one.
    func beginStream(
        to requestID: String, contentType: String
    ) -> (acceptance: Acceptance, taker: FunctionAnswerStream?) {
        let found = state.withLock { state -> (Acceptance, FunctionAnswerStream?, String) in
            guard let job = state.job, job.began != nil, job.invocation.requestID == requestID else {
                return (.wrongID, nil, "")
            }
            guard job.answer == nil, job.streamed == nil else { return (.wrongState, nil, "") }
            state.job?.streamed = 0
            return (.accepted, job.stream, job.invocation.version.version)
        }
        found.1?.begin(contentType: contentType, version: found.2)
        return (found.0, found.1)
    }

    /// A part of the stream; false where it was too much.
    func stream(_ part: [UInt8], to requestID: String) -> Bool {
        let (isWanted, taker) = state.withLock { state -> (Bool, FunctionAnswerStream?) in
            guard let job = state.job, job.invocation.requestID == requestID, let before = job.streamed,
                job.answer == nil
            else { return (false, nil) }
            let most = job.stream == nil ? Self.mostAnswer : Self.mostStream
            guard before + part.count <= most else {
                state.job?.answer = (.failure("Unhandled"), Self.tooLarge(most))
                state.job?.answered = .now
                return (false, nil)
            }
            state.job?.streamed = before + part.count
            if job.stream == nil { state.job?.kept += part }
            return (true, job.stream)
        }
        taker?.part(part)
        return isWanted
    }

    /// The stream is over; the error that its trailer tells of, if it does.
    func endStream(to requestID: String, error: [UInt8]?) -> Acceptance {
        state.withLock { state in
            guard let job = state.job, job.invocation.requestID == requestID, job.streamed != nil else {
                return .wrongID
            }
            guard job.answer == nil else { return .tooLarge }
            state.job?.answer = error.map { (.failure("Unhandled"), $0) } ?? (.success, job.kept)
            state.job?.answered = .now
            return .accepted
        }
    }
}
