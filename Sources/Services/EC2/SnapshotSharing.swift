import CloudState
import ServiceModel

/// Who may make volumes of a snapshot, and whether snapshots may be public at all.
enum SnapshotSharing {
    static let operations: [String: Handler] = [
        "DescribeSnapshotAttribute": .read(describe),
        "ModifySnapshotAttribute": .write(modify),
        "ResetSnapshotAttribute": .write(reset),
        "GetSnapshotBlockPublicAccessState": .read { context, _ throws(ServiceError) in
            Response(["State": .string(context.ec2.storage.snapshotPublicAccess), "ManagedBy": "account"])
        },
        "EnableSnapshotBlockPublicAccess": .write { context, input throws(ServiceError) in
            let state = input.string("State") ?? ""
            guard ["block-all-sharing", "block-new-sharing"].contains(state) else {
                throw EC2Error.invalidParameter("Invalid value '\(state.prefix(64))' for State.")
            }
            context.ec2.storage.snapshotPublicAccess = state
            return Response(["State": .string(state)])
        },
        "DisableSnapshotBlockPublicAccess": .write { context, _ throws(ServiceError) in
            context.ec2.storage.snapshotPublicAccess = "unblocked"
            return Response(["State": "unblocked"])
        },
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let snapshot = try SnapshotCalls.named(input, context)
        switch input.string("Attribute") ?? "" {
        case "createVolumePermission":
            return Response([
                "SnapshotId": .string(snapshot.id),
                "CreateVolumePermissions": .list(snapshot.createVolumePermissions) {
                    $0 == "all" ? ["Group": "all"] : ["UserId": .string($0)]
                },
            ])
        case "productCodes": return Response(["SnapshotId": .string(snapshot.id), "ProductCodes": []])
        case let other:
            throw EC2Error.invalidParameter("Value (\(other.prefix(64))) for parameter attribute is invalid.")
        }
    }

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let snapshot = try SnapshotCalls.named(input, context)
        let change = input.structure("CreateVolumePermission")
        var adds = (change?.structures("Add") ?? []).compactMap { $0.string("Group") ?? $0.string("UserId") }
        var removes = (change?.structures("Remove") ?? []).compactMap { $0.string("Group") ?? $0.string("UserId") }
        let named = input.strings("GroupNames") + input.strings("UserIds")
        switch input.string("OperationType") {
        case "add": adds += named
        case "remove": removes += named
        default: break
        }
        guard !adds.isEmpty || !removes.isEmpty else {
            throw EC2Error.invalidCombination("No attributes specified.")
        }
        for name in adds + removes where name != "all" {
            guard name.isAccountNumber else {
                throw ServiceError(
                    "InvalidAMIAttributeItemValue",
                    "Invalid attribute item value \"\(name.prefix(64))\" for userId item type.")
            }
        }
        if adds.contains("all") {
            guard context.ec2.storage.snapshotPublicAccess == "unblocked" else {
                throw ServiceError(
                    "OperationNotPermitted",
                    "Block public access for snapshots is enabled: '\(snapshot.id)' cannot be shared publicly.")
            }
            guard !snapshot.isEncrypted else {
                throw ServiceError("InvalidParameterValue", "Encrypted snapshots cannot be shared publicly.")
            }
        }
        context.ec2.snapshots.update(snapshot.id) { record in
            record.createVolumePermissions.removeAll { removes.contains($0) || adds.contains($0) }
            record.createVolumePermissions += adds
        }
        return .empty
    }

    static func reset(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let snapshot = try SnapshotCalls.named(input, context)
        guard input.string("Attribute") == "createVolumePermission" else {
            throw EC2Error.invalidParameter(
                "Value (\(input.string("Attribute") ?? "null")) for parameter attribute is invalid.")
        }
        context.ec2.snapshots.update(snapshot.id) { $0.createVolumePermissions = [] }
        return .empty
    }
}
