package import ServiceModel

/// One wire format: how a request names its operation and spells its parameters, and how answers and errors are
/// written.
///
/// Everything that a client can send is met with an answer or with AWS's error, never with a trap.
package protocol Codec: Sendable {
    /// Finds the operation that a request is for.
    func parse(_ request: WireRequest) throws(ServiceError) -> WireCall

    /// Decodes the parameters by walking the operation's input.
    func decode(_ call: WireCall, _ operation: Operation) throws(ServiceError) -> Input

    /// Encodes the part of a successful answer that does not depend on the request id.
    func encode(_ output: Fields, _ operation: Operation) -> EncodedBody

    /// The whole answer round a body.
    func response(_ body: EncodedBody, _ operation: Operation, requestID: String) -> WireResponse

    /// An error in the service's own form.
    func response(_ error: ServiceError, requestID: String) -> WireResponse

    /// The error for an operation that the service does not have.
    func unknownOperation(_ name: String) -> ServiceError

    /// What tells two requests with the same query string and body apart; nil where answers may not be kept.
    func answerKey(_ request: WireRequest) -> String?
}

/// A request whose operation is known and whose parameters are not decoded yet.
package struct WireCall {
    package let operationName: String
    let content: Content

    enum Content {
        case form(QueryForm)
        case body([UInt8])
        case rest(WireRequest, labels: [(name: String, value: String)])
    }
}

extension APIModel {
    /// The codec of a request. Newer clients of a service with several protocols say which one they speak.
    package func codec(for request: WireRequest) -> any Codec {
        guard speaksCBOR else { return codec }
        if request.header("smithy-protocol") == "rpc-v2-cbor" { return RPCCBORCodec(self) }
        return request.header("x-amz-target") == nil ? codec : JSONCodec(self)
    }

    /// The codec of the model's protocol.
    package var codec: any Codec {
        switch wireProtocol {
        case .ec2, .query: QueryCodec(self)
        case .json: JSONCodec(self)
        case .restJSON: RESTJSONCodec(self)
        case .restXML: RESTXMLCodec(self)
        }
    }
}
