import CloudState
import ServiceModel

/// AssociateIamInstanceProfile and the other calls about the role that an instance has.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/attach-iam-role.html>
enum InstanceProfileCalls {
    static let operations: [String: Handler] = [
        "AssociateIamInstanceProfile": .write(associate),
        "DescribeIamInstanceProfileAssociations": .read(describe),
        "DisassociateIamInstanceProfile": .write(disassociate),
        "ReplaceIamInstanceProfileAssociation": .write(replace),
    ]

    // MARK: What a request names

    /// The profile that a request names; nil where it names none. It has no association yet.
    static func resolved(_ input: Input?, _ context: CallContext) throws(ServiceError) -> Instance.Profile? {
        let name = input?.string("Name").flatMap { $0.isEmpty ? nil : $0 }
        let arn = input?.string("Arn").flatMap { $0.isEmpty ? nil : $0 }
        switch (name, arn) {
        case (nil, nil): return nil
        case (_?, _?):
            throw EC2Error.invalidCombination(
                "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'")
        case (let name?, nil):
            guard let profile = context.iam.instanceProfile(name) else {
                throw invalid("name", name, "Invalid IAM Instance Profile name")
            }
            return Instance.Profile(arn: profile.arn, id: profile.profileID, associationID: "")
        case (nil, let arn?):
            guard let profile = context.iam.instanceProfile(nameOrARN: arn), profile.arn == arn else {
                throw invalid("arn", arn, "Invalid IAM Instance Profile ARN")
            }
            return Instance.Profile(arn: profile.arn, id: profile.profileID, associationID: "")
        }
    }

    private static func invalid(_ member: String, _ value: String, _ reason: String) -> ServiceError {
        EC2Error.invalidParameter(
            "Value (\(value.prefix(256))) for parameter iamInstanceProfile.\(member) is invalid. \(reason)")
    }

    // MARK: Calls

    private static func instance(_ input: Input, _ context: CallContext) throws(ServiceError) -> Instance {
        let found = try DescribeInstances.listing.records([input.string("InstanceId") ?? ""], in: context.ec2.instances)
        guard let instance = found.first else { throw EC2Error.missingParameter("InstanceId") }
        return instance
    }

    static func associate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var instance = try instance(input, context)
        guard var profile = try resolved(input.structure("IamInstanceProfile"), context) else {
            throw EC2Error.missingParameter("IamInstanceProfile")
        }
        guard [.pending, .running, .stopping, .stopped].contains(instance.state) else {
            throw ServiceError(
                "IncorrectState", "The instance '\(instance.id)' is not in a valid state for this operation.")
        }
        guard instance.profile == nil else {
            throw ServiceError("IncorrectState", "There is an existing association for instance \(instance.id)")
        }
        profile.associationID = context.newID("iip-assoc")
        profile.since = context.now
        instance.profile = profile
        context.ec2.instances[instance.id] = instance
        return Response(["IamInstanceProfileAssociation": view(instance, profile, "associating")])
    }

    private static func associated(
        _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> (Instance, Instance.Profile) {
        let id = input.string("AssociationId") ?? ""
        for instance in context.ec2.instances {
            if let profile = instance.profile, profile.associationID == id { return (instance, profile) }
        }
        throw notFound(id)
    }

    private static func notFound(_ id: String) -> ServiceError {
        ServiceError("InvalidAssociationID.NotFound", "An invalid association-id of '\(id.prefix(128))' was given")
    }

    static func disassociate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (instance, profile) = try associated(input, context)
        instance.profile = nil
        context.ec2.instances[instance.id] = instance
        return Response(["IamInstanceProfileAssociation": view(instance, profile, "disassociating")])
    }

    static func replace(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (instance, _) = try associated(input, context)
        guard var profile = try resolved(input.structure("IamInstanceProfile"), context) else {
            throw EC2Error.missingParameter("IamInstanceProfile")
        }
        profile.associationID = context.newID("iip-assoc")
        profile.since = context.now
        instance.profile = profile
        context.ec2.instances[instance.id] = instance
        return Response(["IamInstanceProfileAssociation": view(instance, profile, "associating")])
    }

    private static let filters: [String: @Sendable (Instance) -> [String]] = [
        "instance-id": { [$0.id] },
        "state": { _ in ["associated"] },
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let filters = try Filter.all(input)
        for filter in filters where Self.filters[filter.name] == nil {
            throw EC2Error.invalidParameter("The filter '\(filter.name.prefix(256))' is invalid")
        }
        let ids = input.strings("AssociationIds")
        let all = context.ec2.instances.filter { $0.profile != nil }
        for id in ids where !all.contains(where: { $0.profile?.associationID == id }) { throw notFound(id) }
        let found = all.filter { instance in
            (ids.isEmpty || ids.contains(instance.profile?.associationID ?? ""))
                && filters.allSatisfy { $0.matches(Self.filters[$0.name]?(instance) ?? []) }
        }
        let limit = input.integer("MaxResults") ?? 1000
        guard (5...1000).contains(limit) else {
            throw EC2Error.invalidParameter(
                "Value ( \(limit) ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.")
        }
        let start = min(try PageToken.read(input.string("NextToken")), found.count)
        let page = found[start...].prefix(limit)
        return Response([
            "IamInstanceProfileAssociations": .list(
                page.compactMap { instance in
                    instance.profile.map { view(instance, $0, "associated") }
                }),
            "NextToken": page.endIndex < found.count ? .string(PageToken.make(page.endIndex)) : nil,
        ])
    }

    private static func view(_ instance: Instance, _ profile: Instance.Profile, _ state: String) -> Value {
        [
            "AssociationId": .string(profile.associationID), "InstanceId": .string(instance.id),
            "IamInstanceProfile": ["Arn": .string(profile.arn), "Id": .string(profile.id)], "State": .string(state),
        ]
    }
}
