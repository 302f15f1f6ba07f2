import CloudState
import ServiceModel

/// GenerateCredentialReport and GetCredentialReport.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html>
enum CredentialReportCalls {
    static let operations: [String: Handler] = [
        "GenerateCredentialReport": .write(generate),
        "GetCredentialReport": .readAtTime(get),
    ]

    /// A report is made anew after four hours; until then asking for one leads to the same.
    private static let lifetime = 4 * 3_600_000

    private static func current(_ context: CallContext) -> CredentialReport? {
        context.iam.credentialReport.flatMap { report in
            context.now.milliseconds - report.date.milliseconds < lifetime ? report : nil
        }
    }

    static func generate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard current(context) == nil else { return Response(["State": "COMPLETE"]) }
        let isFirst = context.iam.credentialReport == nil
        context.iam.credentialReport = CredentialReport(content: content(context), date: context.now)
        return Response([
            "State": "STARTED",
            "Description": .string(
                isFirst
                    ? "No report exists. Starting a new report generation task"
                    : "Starting a new report generation task"
            ),
        ])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let report = context.iam.credentialReport else {
            throw ServiceError("ReportNotPresent", "No report exists. Please generate a report.", status: 410)
        }
        guard current(context) != nil else {
            throw ServiceError(
                "ReportExpired", "The report has expired. Please generate a new credential report.", status: 410)
        }
        return Response([
            "Content": .blob(Array(report.content.utf8)), "ReportFormat": "text/csv",
            "GeneratedTime": .timestamp(report.date),
        ])
    }

    // MARK: The report

    private static let columns = [
        "user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
        "password_next_rotation", "mfa_active", "access_key_1_active", "access_key_1_last_rotated",
        "access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
        "access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date",
        "access_key_2_last_used_region", "access_key_2_last_used_service", "cert_1_active", "cert_1_last_rotated",
        "cert_2_active", "cert_2_last_rotated",
    ]

    private static func content(_ context: CallContext) -> String {
        var lines = [columns.joined(separator: ",")]
        let state = context.iam
        let root = "arn:aws:iam::\(context.accountID):root"
        lines.append(
            ([
                "<root_account>", root, text(context.world.epoch), "not_supported", "no_information", "not_supported",
                "not_supported", "false",
            ] + noKeys + noKeys + noCertificates + noCertificates).joined(separator: ","))
        for user in state.users.sorted(by: { $0.name < $1.name }) { lines.append(line(user, state)) }
        return lines.joined(separator: "\n")
    }

    private static let noKeys = ["false", "N/A", "N/A", "N/A", "N/A"]
    private static let noCertificates = ["false", "N/A"]

    private static func text(_ date: Timestamp) -> String { date.iso8601Seconds.replacing("Z", with: "+00:00") }

    private static func line(_ user: IAMUser, _ state: IAMState) -> String {
        var fields = [user.name, user.arn, text(user.createDate)]
        if let profile = user.loginProfile {
            let age = state.passwordPolicy?.maximumAge
            let changed = profile.createDate
            fields += ["true", "no_information", text(changed)]
            fields.append(age.map { text(changed.adding(milliseconds: $0 * 86_400_000)) } ?? "N/A")
        } else {
            fields += ["false", "N/A", "N/A", "N/A"]
        }
        fields.append(state.mfaDevices.contains { $0.userName == user.name } ? "true" : "false")
        var keys = state.accessKeys.filter { $0.userName == user.name }.sorted { $0.createDate < $1.createDate }
            .map { ["\($0.isActive)", text($0.createDate), "N/A", "N/A", "N/A"] }
        keys += [noKeys, noKeys]
        var certificates = state.credentials.filter { $0.kind == .signingCertificate && $0.userName == user.name }
            .sorted { $0.date < $1.date }.map { ["\($0.isActive)", text($0.date)] }
        certificates += [noCertificates, noCertificates]
        fields += keys.prefix(2).flatMap { $0 } + certificates.prefix(2).flatMap { $0 }
        return fields.joined(separator: ",")
    }
}
