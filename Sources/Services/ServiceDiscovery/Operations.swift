import CloudState
import ServiceModel

/// What takes a while: operations that are pending, and what they do when they are through.
///
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_GetOperation.html>
enum Operations {
    /// Begins an operation and answers with its id.
    static func begin(
        _ work: DiscoveryOperation.Work, after delay: Duration, _ context: inout CallContext
    ) -> Response {
        let kind = "\(context.region)/servicediscovery/operation"
        let id =
            context.world.ids.capitals(kind, count: 32).lowercased() + "-"
            + context.world.ids.capitals(kind, count: 8).lowercased()
        context.cloudMap.operations.insert(DiscoveryOperation(id: id, work: work, created: context.now))
        context.world.schedule(.event(.cloudMap(.operation(id: id)), region: context.region), after: delay)
        return Response(["OperationId": .string(id)])
    }

    static func isAwaited(_ world: World, _ event: ServiceEvent, _ region: String) -> Bool {
        guard case .cloudMap(.operation(let id)) = event else { return false }
        return world.regions.first { $0.name == region }?.cloudMap.operations[id]?.status == "PENDING"
    }

    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .cloudMap(.operation(let id)) = event, var operation = context.cloudMap.operations[id],
            operation.status == "PENDING"
        else { return }
        operation.updated = context.now
        if let problem = carryOut(operation.work, &context) {
            operation.status = "FAIL"
            operation.errorCode = problem.code
            operation.errorMessage = problem.message
        } else {
            operation.status = "SUCCESS"
        }
        context.cloudMap.operations.insert(operation)
        context.world.wake()
    }

    /// Does what was asked for. Returns why it cannot be; nil where it could.
    private static func carryOut(
        _ work: DiscoveryOperation.Work, _ context: inout CallContext
    ) -> (code: String, message: String)? {
        switch work {
        case .create(let namespace):
            if let problem = zoneProblem(namespace, context) { return ("CANNOT_CREATE_HOSTED_ZONE", problem) }
            context.cloudMap.namespaces.insert(namespace)
        case .updateNamespace(let id, let description, let timeToLive):
            context.cloudMap.namespaces.update(id) { namespace in
                if let description { namespace.description = description }
                if let timeToLive { namespace.timeToLive = timeToLive }
            }
        case .deleteNamespace(let id):
            if context.cloudMap.services.contains(where: { $0.namespaceID == id }) {
                return ("INTERNAL_FAILURE", NamespaceCalls.hasServices)
            }
            context.cloudMap.namespaces.remove(id)
        case .updateService(let id, let description, let dnsConfig, let healthCheck):
            context.cloudMap.services.update(id) { service in
                // What a change of a service does not name is taken away from it, its description stays.
                if let description { service.description = description }
                service.healthCheck = healthCheck
                if var fields = service.dnsConfig?.fields, let records = dnsConfig?["DnsRecords"] {
                    fields["DnsRecords"] = records
                    service.dnsConfig = .structure(fields)
                }
            }
        case .register(let id, let instance):
            context.cloudMap.services.update(id) { service in
                service.revision += 1
                if let place = service.instances.firstIndex(where: { $0.id == instance.id }) {
                    service.instances[place] = instance
                } else {
                    service.instances.append(instance)
                }
            }
        case .deregister(let id, let instance):
            context.cloudMap.services.update(id) { service in
                service.revision += 1
                service.instances.removeAll { $0.id == instance }
            }
        }
        return nil
    }

    /// Why Route 53 would not make the hosted zone of a namespace.
    private static func zoneProblem(_ namespace: DiscoveryNamespace, _ context: CallContext) -> String? {
        guard let vpcID = namespace.vpcID else { return nil }
        guard context.ec2.vpcs[vpcID] != nil else {
            return
                "The VPC: \(vpcID.prefix(64)) in region: \(context.region) you provided is not authorized to make the association."
        }
        let other = context.cloudMap.namespaces.first { $0.vpcID == vpcID && $0.name == namespace.name }
        return other.map { other in
            "The VPC \(vpcID) in region \(context.region) has already been associated with the hosted zone \(other.hostedZoneID ?? "") with the same domain name."
        }
    }
}

/// Looking at operations.
enum OperationCalls {
    static let operations: [String: Handler] = ["GetOperation": .read(get), "ListOperations": .read(list)]

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("OperationId") ?? ""
        guard let operation = context.cloudMap.operations[id] else {
            throw ServiceError("OperationNotFound", "Operation \(id.prefix(255)) not found")
        }
        var targets = Fields()
        for target in operation.targets { targets[target.kind] = .string(target.id) }
        return Response([
            "Operation": [
                "Id": .string(operation.id), "OwnerAccount": .string(context.accountID),
                "Type": .string(operation.type), "Status": .string(operation.status),
                "ErrorCode": .optional(operation.errorCode), "ErrorMessage": .optional(operation.errorMessage),
                "CreateDate": .timestamp(operation.created), "UpdateDate": .timestamp(operation.updated),
                "Targets": .map(targets),
            ]
        ])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let found = context.cloudMap.operations.filter { operation in
            CloudMapLists.passes(input) { name in
                switch name {
                case "NAMESPACE_ID": return operation.targets.filter { $0.kind == "NAMESPACE" }.map(\.id)
                case "SERVICE_ID": return operation.targets.filter { $0.kind == "SERVICE" }.map(\.id)
                case "STATUS": return [operation.status]
                case "TYPE": return [operation.type]
                case "UPDATE_DATE": return [String(Double(operation.updated.milliseconds) / 1000)]
                default: return []
                }
            }
        }
        let page = try CloudMapLists.page(found, input)
        return Response([
            "Operations": .list(page.items) { ["Id": .string($0.id), "Status": .string($0.status)] },
            "NextToken": page.token,
        ])
    }
}
