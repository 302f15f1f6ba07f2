package import ServiceModel

/// What happens by itself to volumes, snapshots, images, interfaces, endpoints and peering connections.
package enum ResourceTransition: Sendable, Equatable {
    case volumeCreated
    case volumeAttached(instanceID: String)
    case volumeDetached(instanceID: String)
    case volumeDeleted
    /// `modifying` → `optimizing`: the new size and performance are there.
    case volumeModified(start: Timestamp)
    /// `optimizing` → `completed`.
    case volumeOptimized(start: Timestamp)
    case snapshotCompleted
    case imageAvailable
    case interfaceAttached(attachmentID: String)
    case interfaceDetached(attachmentID: String)
    case interfaceForgotten(attachmentID: String)
    case prefixListSettled
    case prefixListDeleted
    case pathAnalyzed
    case endpointAvailable
    case endpointDeleted
    case peeringPending
    case peeringActive
    case peeringDeleted
    /// What is rejected or deleted is shown for some time.
    case peeringVanished

    /// Whether a client waits for it.
    var settles: Bool {
        switch self {
        case .peeringVanished, .interfaceForgotten: false
        default: true
        }
    }
}

extension EC2State {
    /// Lets a transition happen, where its resource is still waiting for it.
    mutating func apply(_ transition: ResourceTransition, to id: String, now: Timestamp) {
        switch transition {
        case .volumeCreated, .volumeAttached, .volumeDetached, .volumeDeleted, .volumeModified, .volumeOptimized:
            applyVolume(transition, id, now)
        case .snapshotCompleted:
            snapshots.update(id) { snapshot in
                guard snapshot.state == .pending else { return }
                snapshot.state = .completed
                snapshot.completionTime = now
            }
        case .imageAvailable:
            images.update(id) { if $0.state == .pending { $0.state = .available } }
        case .interfaceAttached(let attachmentID):
            networkInterfaces.update(id) { if $0.attachment?.id == attachmentID { $0.attachment?.isAttaching = false } }
        case .interfaceDetached(let attachmentID):
            guard networkInterfaces[id]?.attachment?.id == attachmentID else { return }
            detachInterface(id)
        case .interfaceForgotten(let attachmentID):
            networkInterfaces.update(id) { if $0.formerAttachment?.id == attachmentID { $0.formerAttachment = nil } }
        case .prefixListSettled:
            prefixLists.update(id) { list in
                if list.state.hasSuffix("-in-progress"), list.state != "delete-in-progress" {
                    list.state = String(list.state.dropLast("-in-progress".utf8.count)) + "-complete"
                }
            }
        case .prefixListDeleted:
            if prefixLists[id]?.state == "delete-in-progress" { prefixLists[id] = nil }
        case .pathAnalyzed: networkInsightsAnalyses.update(id) { $0.status = .succeeded }
        case .endpointAvailable:
            vpcEndpoints.update(id) { if $0.state == .pending { $0.state = .available } }
        case .endpointDeleted:
            guard let endpoint = vpcEndpoints[id], endpoint.state == .deleting else { return }
            for interface in endpoint.networkInterfaceIDs {
                deleteNetworkInterface(interface)
                remember(Usage(.interfaceEndpoint, from: endpoint.creationTime, to: now), of: id)
            }
            vpcEndpoints[id] = nil
        case .peeringPending: movePeering(id, from: .initiating, to: .pendingAcceptance)
        case .peeringActive: movePeering(id, from: .provisioning, to: .active)
        case .peeringDeleted: movePeering(id, from: .deleting, to: .deleted)
        case .peeringVanished:
            if let status = vpcPeerings[id]?.status, [.deleted, .rejected, .failed, .expired].contains(status) {
                vpcPeerings[id] = nil
            }
        }
    }

    private mutating func movePeering(_ id: String, from: VPCPeering.Status, to: VPCPeering.Status) {
        vpcPeerings.update(id) { if $0.status == from { $0.status = to } }
    }

    private mutating func applyVolume(_ transition: ResourceTransition, _ id: String, _ now: Timestamp) {
        guard var volume = volumes[id] else { return }
        switch transition {
        case .volumeCreated:
            guard volume.state == .creating else { return }
            volume.state = .available
        case .volumeAttached(let instanceID):
            for index in volume.attachments.indices
            where volume.attachments[index].instanceID == instanceID && volume.attachments[index].state == .attaching {
                volume.attachments[index].state = .attached
            }
        case .volumeDetached(let instanceID):
            guard volume.attachments.contains(where: { $0.instanceID == instanceID && $0.state == .detaching }) else {
                return
            }
            volume.attachments.removeAll { $0.instanceID == instanceID }
            if volume.attachments.isEmpty { volume.state = .available }
            instances.update(instanceID) { $0.blockDevices.removeAll { $0.volumeID == id } }
        case .volumeDeleted:
            guard volume.state == .deleting else { return }
            deleteVolume(id, now: now)
            return
        case .volumeModified(let start):
            guard var modification = volume.modification, modification.start == start else { return }
            modification.state = .optimizing
            modification.progress = 50
            remember(Usage(volume.meter, from: volume.meteredSince, to: now), of: id)
            volume.meteredSince = now
            volume.size = modification.target.size
            volume.type = modification.target.type
            volume.iops = modification.target.iops
            volume.throughput = modification.target.throughput
            volume.isMultiAttach = modification.target.isMultiAttach
            volume.modification = modification
        case .volumeOptimized(let start):
            guard volume.modification?.start == start else { return }
            volume.modification?.state = .completed
            volume.modification?.progress = 100
            volume.modification?.end = now
        default: return
        }
        volumes[id] = volume
    }

    /// Takes an interface off its instance; an address that AWS lent goes back.
    package mutating func detachInterface(_ id: String) {
        guard let attachment = networkInterfaces[id]?.attachment else { return }
        networkInterfaces.update(id) { record in
            record.attachment = nil
            record.formerAttachment = attachment
            for index in record.addresses.indices where record.addresses[index].association?.allocationID == nil {
                record.addresses[index].association = nil
            }
        }
        instances.update(attachment.instanceID) { $0.networkInterfaceIDs.removeAll { $0 == id } }
    }
}
