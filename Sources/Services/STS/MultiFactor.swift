import CloudState
import ServiceModel

/// The MFA device and code that a request for temporary credentials brings. Codes are held against their form only, as
/// where IAM enables a device.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html>
enum MultiFactor {
    /// Whether the caller shows a device of its own; an error where it shows something else.
    static func isShown(_ input: Input, _ context: CallContext) throws(ServiceError) -> Bool {
        let serial = input.string("SerialNumber").flatMap { $0.isEmpty ? nil : $0 }
        let code = input.string("TokenCode").flatMap { $0.isEmpty ? nil : $0 }
        guard serial != nil || code != nil else { return false }
        guard case .user(let name) = context.caller.principal, let serial,
            context.iam.mfaDevices[serial]?.userName == name
        else {
            throw ServiceError(
                "AccessDenied",
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
                status: 403)
        }
        guard let code, code.utf8.count == 6, code.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw ServiceError(
                "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ", status: 403)
        }
        return true
    }
}
