import CloudState
import ServiceModel

/// The attributes of the account's own images: who may launch them, deprecation, protection, public access.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharing-amis.html>
enum ImageAttributes {
    static let operations: [String: Handler] = [
        "ModifyImageAttribute": .write(modify),
        "DescribeImageAttribute": .read(describe),
        "ResetImageAttribute": .write(reset),
        "EnableImageDeprecation": .write(deprecate),
        "DisableImageDeprecation": .write { context, input throws(ServiceError) in
            try change(&context, input) { $0.deprecationTime = nil }
            return Response(["Return": true])
        },
        "EnableImage": .write { context, input throws(ServiceError) in
            try change(&context, input) { if $0.state == .disabled { $0.state = .available } }
            return Response(["Return": true])
        },
        "DisableImage": .write { context, input throws(ServiceError) in
            let image = try ImageRegistration.owned(input, context)
            guard image.state == .available || image.state == .disabled else {
                throw ImageRegistration.unavailable(image.id)
            }
            try change(&context, input) { record in
                record.state = .disabled
                record.permissions = []
            }
            return Response(["Return": true])
        },
        "EnableImageDeregistrationProtection": .write { context, input throws(ServiceError) in
            let state = input.boolean("WithCooldown") ?? false ? "enabled-with-cooldown" : "enabled-without-cooldown"
            try change(&context, input) { $0.deregistrationProtection = state }
            return Response(["Return": .string(state)])
        },
        "DisableImageDeregistrationProtection": .write { context, input throws(ServiceError) in
            try change(&context, input) { $0.deregistrationProtection = "disabled" }
            return Response(["Return": "disabled"])
        },
        "GetImageBlockPublicAccessState": .read { context, _ throws(ServiceError) in
            Response([
                "ImageBlockPublicAccessState": .string(context.ec2.storage.imagePublicAccess), "ManagedBy": "account",
            ])
        },
        "EnableImageBlockPublicAccess": .write { context, input throws(ServiceError) in
            let state = input.string("ImageBlockPublicAccessState") ?? ""
            guard state == "block-new-sharing" else {
                throw EC2Error.invalidParameter("Invalid value '\(state.prefix(64))' for ImageBlockPublicAccessState.")
            }
            context.ec2.storage.imagePublicAccess = state
            return Response(["ImageBlockPublicAccessState": .string(state)])
        },
        "DisableImageBlockPublicAccess": .write { context, _ throws(ServiceError) in
            context.ec2.storage.imagePublicAccess = "unblocked"
            return Response(["ImageBlockPublicAccessState": "unblocked"])
        },
    ]

    private static func change(
        _ context: inout CallContext, _ input: Input, _ change: (inout Image) -> Void
    ) throws(ServiceError) {
        var image = try ImageRegistration.owned(input, context)
        change(&image)
        context.ec2.images[image.id] = image
    }

    private static func deprecate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let time = input.timestamp("DeprecateAt") else { throw EC2Error.missingParameter("DeprecateAt") }
        guard time > context.now else {
            throw EC2Error.invalidParameter("The deprecation date must be in the future: \(time.iso8601)")
        }
        guard time < context.now.adding(seconds: 10 * 366 * 86_400) else {
            throw EC2Error.invalidParameter("The deprecation date must be within the next 10 years: \(time.iso8601)")
        }
        // AWS rounds the seconds to the nearest minute.
        let minute = Timestamp(milliseconds: (time.milliseconds + 30_000) / 60_000 * 60_000)
        try change(&context, input) { $0.deprecationTime = minute }
        return Response(["Return": true])
    }

    // MARK: Launch permissions

    private static func permissions(_ list: [Input]) throws(ServiceError) -> [Image.Permission] {
        var permissions: [Image.Permission] = []
        for entry in list {
            if let group = entry.string("Group") { permissions.append(try everybody(group)) }
            if let account = entry.string("UserId") { permissions.append(.account(try checked(account))) }
            if let arn = entry.string("OrganizationArn") { permissions.append(.organization(arn: arn)) }
            if let arn = entry.string("OrganizationalUnitArn") { permissions.append(.organizationalUnit(arn: arn)) }
        }
        return permissions
    }

    private static func everybody(_ group: String) throws(ServiceError) -> Image.Permission {
        guard group == "all" else {
            throw ServiceError(
                "InvalidAMIAttributeItemValue",
                "Invalid attribute item value \"\(group.prefix(64))\" for group item type.")
        }
        return .everybody
    }

    private static func checked(_ account: String) throws(ServiceError) -> String {
        let digits = account.replacing("-", with: "")
        guard digits.isAccountNumber else {
            throw ServiceError(
                "InvalidAMIAttributeItemValue",
                "Invalid attribute item value \"\(account.prefix(64))\" for userId item type.")
        }
        return digits
    }

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var image = try ImageRegistration.owned(input, context)
        var adds = try permissions(input.structure("LaunchPermission")?.structures("Add") ?? [])
        var removes = try permissions(input.structure("LaunchPermission")?.structures("Remove") ?? [])
        var named: [Image.Permission] = []
        for group in input.strings("UserGroups") { named.append(try everybody(group)) }
        for account in input.strings("UserIds") { named.append(.account(try checked(account))) }
        named += input.strings("OrganizationArns").map { .organization(arn: $0) }
        named += input.strings("OrganizationalUnitArns").map { .organizationalUnit(arn: $0) }
        switch input.string("OperationType") {
        case "add": adds += named
        case "remove": removes += named
        default:
            guard named.isEmpty else { throw EC2Error.missingParameter("OperationType") }
        }
        let text =
            input.structure("Description")?.string("Value")
            ?? (input.string("Attribute") == "description" ? input.string("Value") : nil)
        let imds =
            input.structure("ImdsSupport")?.string("Value")
            ?? (input.string("Attribute") == "imdsSupport" ? input.string("Value") : nil)
        guard !adds.isEmpty || !removes.isEmpty || text != nil || imds != nil else {
            throw EC2Error.invalidCombination("No attributes specified.")
        }
        if adds.contains(.everybody) {
            guard context.ec2.storage.imagePublicAccess == "unblocked" else {
                throw ServiceError(
                    "OperationNotPermitted",
                    "You can't publicly share this image because block public access for AMIs is enabled in this Region for this account."
                )
            }
            guard !image.devices.contains(where: { $0.volume?.isEncrypted ?? false }) else {
                throw EC2Error.invalidParameter("AMIs with encrypted snapshots cannot be made public.")
            }
        }
        if let text { image.description = text }
        if let imds {
            guard imds == "v2.0" else {
                throw EC2Error.invalidParameter("Invalid value '\(imds.prefix(64))' for imdsSupport.")
            }
            image.imdsSupport = imds
        }
        image.permissions.removeAll { removes.contains($0) || adds.contains($0) }
        image.permissions += adds
        context.ec2.images[image.id] = image
        return .empty
    }

    static func reset(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard input.string("Attribute") == "launchPermission" else {
            throw EC2Error.invalidParameter(
                "Value (\(input.string("Attribute") ?? "null")) for parameter attribute is invalid.")
        }
        try change(&context, input) { $0.permissions = [] }
        return .empty
    }

    // MARK: Describing

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let image = try ImageRegistration.owned(input, context)
        var fields = Fields()
        fields["ImageId"] = .string(image.id)
        func value(_ text: String?) -> Value { text.map { ["Value": .string($0)] } ?? [:] }
        switch input.string("Attribute") ?? "" {
        case "description": fields["Description"] = value(image.description)
        case "launchPermission": fields["LaunchPermissions"] = .list(image.permissions, view)
        case "blockDeviceMapping": fields["BlockDeviceMappings"] = ListedImage(image).deviceViews
        case "bootMode": fields["BootMode"] = value(image.bootMode)
        case "tpmSupport": fields["TpmSupport"] = value(image.tpmSupport)
        case "imdsSupport": fields["ImdsSupport"] = value(image.imdsSupport)
        case "sriovNetSupport": fields["SriovNetSupport"] = value(image.sriovNetSupport)
        case "lastLaunchedTime": fields["LastLaunchedTime"] = value(image.lastLaunchedTime?.iso8601)
        case "deregistrationProtection": fields["DeregistrationProtection"] = value(image.deregistrationProtection)
        case "productCodes": fields["ProductCodes"] = []
        case "kernel": fields["KernelId"] = value(nil)
        case "ramdisk": fields["RamdiskId"] = value(nil)
        case let other:
            throw EC2Error.invalidParameter("Value (\(other.prefix(64))) for parameter attribute is invalid.")
        }
        return Response(.structure(fields))
    }

    private static func view(_ permission: Image.Permission) -> Value {
        switch permission {
        case .everybody: ["Group": "all"]
        case .account(let id): ["UserId": .string(id)]
        case .organization(let arn): ["OrganizationArn": .string(arn)]
        case .organizationalUnit(let arn): ["OrganizationalUnitArn": .string(arn)]
        }
    }
}
