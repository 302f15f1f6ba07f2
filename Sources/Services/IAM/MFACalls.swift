import CloudState
import ServiceModel

/// Virtual MFA devices. Codes are held against their form only.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html>
enum MFACalls {
    static let operations: [String: Handler] = [
        "CreateVirtualMFADevice": .write(create),
        "DeactivateMFADevice": .write(deactivate),
        "DeleteVirtualMFADevice": .write(delete),
        "EnableMFADevice": .write(enable),
        "GetMFADevice": .read(get),
        "ListMFADevices": .read(list),
        "ListVirtualMFADevices": .read(listVirtual),
        "ResyncMFADevice": .write(resync),
    ]

    static func named(_ serial: String?, _ context: CallContext) throws(ServiceError) -> MFADevice {
        guard let device = context.iam.mfaDevices[serial ?? ""] else {
            throw IAMError.noSuchEntity(
                "VirtualMFADevice with serial number \(serial?.prefix(256) ?? "") doesn't exist.")
        }
        return device
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try IAMRules.newName(input, "VirtualMFADeviceName")
        let path = try IAMRules.path(input)
        let serial = "arn:aws:iam::\(context.accountID):mfa\(path)\(name)"
        guard context.iam.mfaDevices[serial] == nil else {
            throw IAMError.exists("MFADevice entity at the same path and name already exists.")
        }
        let tags = try IAMRules.newTags(input)
        var device = MFADevice(serialNumber: serial, seed: context.world.ids.capitals("iam/mfa", count: 64))
        device.tags = tags
        context.iam.mfaDevices.insert(device)
        return Response([
            "VirtualMFADevice": [
                "SerialNumber": .string(serial), "Base32StringSeed": .blob(Array(device.seed.utf8)),
                "QRCodePNG": .blob(Array("otpauth://totp/\(name)?secret=\(device.seed)".utf8)),
                "Tags": tags.isEmpty ? nil : IAMViews.tags(tags),
            ]
        ])
    }

    private static func checkCodes(_ input: Input) throws(ServiceError) {
        for parameter in ["AuthenticationCode1", "AuthenticationCode2"] {
            let code = input.string(parameter) ?? ""
            guard code.utf8.count == 6, code.utf8.allSatisfy({ (48...57).contains($0) }) else {
                throw ServiceError(
                    "InvalidAuthenticationCode", "Authentication code for device is not valid.", status: 403)
            }
        }
    }

    private static func used(_ input: Input, _ context: CallContext) throws(ServiceError) -> MFADevice {
        let user = try UserCalls.namedOrCaller(input, context)
        guard let device = context.iam.mfaDevices[input.string("SerialNumber") ?? ""], device.userName != nil,
            device.userName == user?.name
        else {
            throw IAMError.noSuchEntity("MFA Device invalid for user.")
        }
        return device
    }

    static func enable(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let user = try UserCalls.named(input.string("UserName"), context)
        var device = try named(input.string("SerialNumber"), context)
        try checkCodes(input)
        guard device.userName == nil else { throw IAMError.exists("MFA Device is already in use") }
        guard context.iam.mfaDevices.count(where: { $0.userName == user.name }) < 8 else {
            throw IAMError.quota("MFADevicesPerUser", 8)
        }
        device.userName = user.name
        device.enableDate = context.now
        context.iam.mfaDevices.insert(device)
        return .empty
    }

    static func deactivate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var device = try used(input, context)
        device.userName = nil
        device.enableDate = nil
        context.iam.mfaDevices.insert(device)
        return .empty
    }

    static func resync(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        _ = try used(input, context)
        try checkCodes(input)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let device = try named(input.string("SerialNumber"), context)
        guard device.userName == nil else {
            throw IAMError.conflict("MFA VirtualDevice in use. Must deactivate first.")
        }
        context.iam.mfaDevices.remove(device.id)
        return .empty
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let device = try named(input.string("SerialNumber"), context)
        return Response([
            "UserName": .optional(device.userName), "SerialNumber": .string(device.serialNumber),
            "EnableDate": device.enableDate.map(Value.timestamp),
        ])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let user = try UserCalls.namedOrCaller(input, context)
        let devices = context.iam.mfaDevices.filter { $0.userName != nil && $0.userName == user?.name }
        return try IAMPage(devices, input).response("MFADevices") { device in
            [
                "UserName": .optional(device.userName), "SerialNumber": .string(device.serialNumber),
                "EnableDate": device.enableDate.map(Value.timestamp),
            ]
        }
    }

    static func listVirtual(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let status = input.string("AssignmentStatus") ?? "Any"
        let state = context.iam
        let devices = state.mfaDevices.filter { status == "Any" || (status == "Assigned") == ($0.userName != nil) }
        return try IAMPage(devices, input).response("VirtualMFADevices") { device in
            [
                "SerialNumber": .string(device.serialNumber), "EnableDate": device.enableDate.map(Value.timestamp),
                "User": device.userName.flatMap(state.user).map { IAMViews.user($0, isListed: true) },
            ]
        }
    }
}
