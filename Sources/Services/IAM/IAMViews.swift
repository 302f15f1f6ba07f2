import CloudState
import ServiceModel

/// IAM's records as they stand in answers.
enum IAMViews {
    static func user(_ user: IAMUser, isListed: Bool = false) -> Value {
        [
            "Path": .string(user.path), "UserName": .string(user.name), "UserId": .string(user.userID),
            "Arn": .string(user.arn), "CreateDate": .timestamp(user.createDate),
            "PermissionsBoundary": isListed ? nil : boundary(user.permissions),
            "Tags": isListed || user.tags.isEmpty ? nil : tags(user.tags),
        ]
    }

    static func group(_ group: IAMGroup) -> Value {
        [
            "Path": .string(group.path), "GroupName": .string(group.name), "GroupId": .string(group.groupID),
            "Arn": .string(group.arn), "CreateDate": .timestamp(group.createDate),
        ]
    }

    static func role(_ role: IAMRole, isListed: Bool = false) -> Value {
        [
            "Path": .string(role.path), "RoleName": .string(role.name), "RoleId": .string(role.roleID),
            "Arn": .string(role.arn), "CreateDate": .timestamp(role.createDate),
            "AssumeRolePolicyDocument": .string(encode(role.trust.text)), "Description": .optional(role.description),
            "MaxSessionDuration": .integer(role.maximumSession),
            "PermissionsBoundary": isListed ? nil : boundary(role.permissions),
            "Tags": isListed || role.tags.isEmpty ? nil : tags(role.tags), "RoleLastUsed": isListed ? nil : [:],
        ]
    }

    static func profile(_ profile: InstanceProfile, _ state: IAMState, isListed: Bool = false) -> Value {
        [
            "Path": .string(profile.path), "InstanceProfileName": .string(profile.name),
            "InstanceProfileId": .string(profile.profileID), "Arn": .string(profile.arn),
            "CreateDate": .timestamp(profile.createDate),
            "Roles": .list([profile.role.flatMap(state.role)].compactMap { $0 }.map { role($0, isListed: true) }),
            "Tags": isListed || profile.tags.isEmpty ? nil : tags(profile.tags),
        ]
    }

    static func policy(_ policy: ManagedPolicy, _ state: IAMState, isListed: Bool = false) -> Value {
        [
            "PolicyName": .string(policy.name), "PolicyId": .string(policy.policyID), "Arn": .string(policy.arn),
            "Path": .string(policy.path), "DefaultVersionId": .string(policy.defaultVersion),
            "AttachmentCount": .integer(state.attachmentCount(policy.arn)),
            "PermissionsBoundaryUsageCount": .integer(state.boundaryCount(policy.arn)), "IsAttachable": true,
            "Description": isListed ? nil : .optional(policy.description),
            "CreateDate": .timestamp(policy.createDate), "UpdateDate": .timestamp(policy.updateDate),
            "Tags": isListed || policy.tags.isEmpty ? nil : tags(policy.tags),
        ]
    }

    static func version(_ version: ManagedPolicy.Version, of policy: ManagedPolicy, withDocument: Bool) -> Value {
        [
            "Document": withDocument ? .string(encode(version.document.text)) : nil,
            "VersionId": .string(version.id), "IsDefaultVersion": .boolean(version.id == policy.defaultVersion),
            "CreateDate": .timestamp(version.createDate),
        ]
    }

    static func boundary(_ permissions: IAMPermissions) -> Value? {
        permissions.boundary.map { arn in
            ["PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": .string(arn)]
        }
    }

    static func attached(_ arns: [String]) -> Value {
        .list(arns) { arn in ["PolicyName": .string(policyName(arn)), "PolicyArn": .string(arn)] }
    }

    /// The last part of a policy's ARN.
    static func policyName(_ arn: String) -> String { arn.split(separator: "/").last.map(String.init) ?? arn }

    static func tags(_ tags: Tags) -> Value {
        .list(tags.tags) { ["Key": .string($0.key), "Value": .string($0.value)] }
    }

    static func inline(_ permissions: IAMPermissions) -> Value {
        .list(permissions.inline) {
            ["PolicyName": .string($0.name), "PolicyDocument": .string(encode($0.document.text))]
        }
    }

    /// Documents come percent-encoded, as RFC 3986 has it.
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 2)
        for byte in text.utf8 {
            let isUnreserved =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "-_.~".utf8.contains(byte)
            if isUnreserved {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension ResourceTable {
    /// The records in the order of a name, whatever its case.
    func sorted(by name: (Record) -> String) -> [Record] {
        map { (key: name($0).lowercased(), record: $0) }.sorted { $0.key < $1.key }.map(\.record)
    }
}
