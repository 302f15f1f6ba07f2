import CloudState
import ServiceModel

/// What an account sets for a whole region: metadata options and CPU credits of new instances, serial consoles.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataDefaults.html>
enum AccountDefaultCalls {
    static let operations: [String: Handler] = [
        "DisableSerialConsoleAccess": .write { context, _ throws(ServiceError) in
            context.ec2.accountDefaults.allowsSerialConsole = false
            return Response(["SerialConsoleAccessEnabled": false])
        },
        "EnableSerialConsoleAccess": .write { context, _ throws(ServiceError) in
            context.ec2.accountDefaults.allowsSerialConsole = true
            return Response(["SerialConsoleAccessEnabled": true])
        },
        "GetDefaultCreditSpecification": .read(credits),
        "GetInstanceMetadataDefaults": .read(metadata),
        "GetSerialConsoleAccessStatus": .read { context, _ throws(ServiceError) in
            let isAllowed = context.ec2.accountDefaults.allowsSerialConsole
            return Response(["SerialConsoleAccessEnabled": .boolean(isAllowed), "ManagedBy": "account"])
        },
        "ModifyDefaultCreditSpecification": .write(modifyCredits),
        "ModifyInstanceMetadataDefaults": .write(modifyMetadata),
    ]

    static func metadata(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let defaults = context.ec2.accountDefaults.metadata
        return Response([
            "AccountLevel": [
                "HttpTokens": .optional(defaults.httpTokens),
                "HttpPutResponseHopLimit": defaults.httpPutResponseHopLimit.map(Value.integer),
                "HttpEndpoint": .optional(defaults.httpEndpoint),
                "InstanceMetadataTags": .optional(defaults.instanceMetadataTags), "ManagedBy": "account",
            ]
        ])
    }

    static func modifyMetadata(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var defaults = context.ec2.accountDefaults.metadata
        func choose(_ name: String, _ allowed: [String], _ value: inout String?) throws(ServiceError) {
            guard let wanted = input.string(name) else { return }
            try InstanceLaunch.oneOf(wanted, allowed + ["no-preference"], name)
            value = wanted == "no-preference" ? nil : wanted
        }
        try choose("HttpTokens", ["optional", "required"], &defaults.httpTokens)
        try choose("HttpEndpoint", ["enabled", "disabled"], &defaults.httpEndpoint)
        try choose("InstanceMetadataTags", ["enabled", "disabled"], &defaults.instanceMetadataTags)
        if let hops = input.integer("HttpPutResponseHopLimit") {
            guard hops == -1 || (1...64).contains(hops) else {
                throw EC2Error.invalidParameter(
                    "The value \(hops) for HttpPutResponseHopLimit is invalid. Valid values are 1 to 64, and -1 for no preference."
                )
            }
            defaults.httpPutResponseHopLimit = hops == -1 ? nil : hops
        }
        context.ec2.accountDefaults.metadata = defaults
        return Response(["Return": true])
    }

    // MARK: CPU credits

    private static func family(_ input: Input) throws(ServiceError) -> String {
        let family = input.string("InstanceFamily") ?? ""
        try InstanceLaunch.oneOf(family, AccountDefaults.burstableFamilies, "InstanceFamily")
        return family
    }

    private static func creditsView(_ family: String, _ context: CallContext) -> Value {
        [
            "InstanceFamilyCreditSpecification": [
                "InstanceFamily": .string(family),
                "CpuCredits": .string(context.ec2.accountDefaults.credits(ofFamily: family)),
            ]
        ]
    }

    static func credits(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(creditsView(try family(input), context))
    }

    static func modifyCredits(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let family = try family(input)
        let credits = input.string("CpuCredits") ?? ""
        try InstanceLaunch.oneOf(credits, ["standard", "unlimited"], "CpuCredits")
        context.ec2.accountDefaults.setCredits(credits, ofFamily: family)
        return Response(creditsView(family, context))
    }
}

extension InstanceType {
    /// How a burstable type's instances pay for bursts where nobody says otherwise.
    func defaultCredits(_ defaults: AccountDefaults) -> String {
        defaults.credits(ofFamily: String(name.prefix { $0 != "." }))
    }
}
