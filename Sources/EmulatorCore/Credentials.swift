import CloudState
import ServiceModel
import WireProtocols

/// Who is behind a request's access key.
struct Credentials {
    let accessKeyID: String
    let token: String?

    init(_ request: WireRequest, _ scope: SignatureScope) {
        accessKeyID = scope.accessKeyID
        token = request.header("x-amz-security-token")
    }

    /// The caller: one that IAM knows, or else the configuration's, unless credentials are enforced.
    func caller(
        _ world: World, _ configuration: Emulator.Configuration, _ wireProtocol: APIModel.WireProtocol
    ) -> Result<Caller, ServiceError> {
        let known = world.iam.caller(accessKeyID: accessKeyID, accountID: world.accountID, now: world.now)
        switch known {
        case .success(let caller)?:
            if configuration.enforcesIAM, let session = world.iam.sessions[accessKeyID], token != session.token {
                return .failure(Self.invalid(wireProtocol))
            }
            return .success(caller)
        case .failure(.inactive)?: return .failure(Self.invalid(wireProtocol))
        case .failure(.expired)?: return .failure(Self.expired(wireProtocol))
        case nil:
            var caller = configuration.defaultCaller
            guard !configuration.enforcesIAM || accessKeyID == caller.accessKeyID else {
                return .failure(Self.invalid(wireProtocol))
            }
            caller.accessKeyID = accessKeyID
            return .success(caller)
        }
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>
    private static func invalid(_ wireProtocol: APIModel.WireProtocol) -> ServiceError {
        let message = "The security token included in the request is invalid."
        return switch wireProtocol {
        case .ec2:
            ServiceError("AuthFailure", "AWS was not able to validate the provided access credentials", status: 401)
        case .query: ServiceError("InvalidClientTokenId", message, status: 403)
        case .json: ServiceError("UnrecognizedClientException", message)
        case .restJSON: ServiceError("UnrecognizedClientException", message, status: 403)
        case .restXML:
            ServiceError(
                "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", status: 403)
        }
    }

    private static func expired(_ wireProtocol: APIModel.WireProtocol) -> ServiceError {
        let message = "The security token included in the request is expired"
        return switch wireProtocol {
        case .ec2: ServiceError("RequestExpired", "Request has expired.")
        case .query: ServiceError("ExpiredToken", message, status: 403)
        case .json: ServiceError("ExpiredTokenException", message)
        case .restJSON: ServiceError("ExpiredTokenException", message, status: 403)
        case .restXML: ServiceError("ExpiredToken", "The provided token has expired.")
        }
    }
}
