package import ServiceModel

/// What happens to an instance by itself.
package enum InstanceTransition: Sendable, Equatable {
    /// `pending` → `running`.
    case started(generation: Int)
    /// `stopping` → `stopped`.
    case stopped(generation: Int)
    /// `shutting-down` → `terminated`.
    case terminated(generation: Int)
    /// The status checks have passed; they are a matter of time, so nothing changes.
    case checked
    /// A terminated instance is no longer shown.
    case vanish
}

extension EC2State {
    /// Adds an instance that was just launched.
    package mutating func launch(_ instance: inout Instance, now: Timestamp) {
        instance.enter(.pending, at: now)
        count(instance, by: instance.vCPUs)
        instances.insert(instance)
        stateChanges.append(InstanceStateChange(instanceID: instance.id, state: .pending))
    }

    /// Lets an instance enter a state, with what follows from it: billing, quota, and its Spot request.
    package mutating func move(
        _ instance: inout Instance, to state: InstanceState, now: Timestamp, toHibernate: Bool = false
    ) {
        let counted = instance.countsAgainstQuota
        if instance.state != state {
            stateChanges.append(InstanceStateChange(instanceID: instance.id, state: state))
        }
        instance.enter(state, at: now, toHibernate: toHibernate)
        if counted != instance.countsAgainstQuota { count(instance, by: counted ? -instance.vCPUs : instance.vCPUs) }
        instances[instance.id] = instance
        spotInstanceChanged(instance, now: now)
    }

    private mutating func count(_ instance: Instance, by vCPUs: Int) {
        let quota = InstanceTypeName.quota(of: instance.type)
        self.vCPUs[quota, isSpot: instance.spotRequestID != nil] += vCPUs
    }

    /// Lets a transition happen, and says what it leads to.
    mutating func apply(
        _ transition: InstanceTransition, toInstance id: String, now: Timestamp
    ) -> (transition: InstanceTransition, after: Duration)? {
        guard var instance = instances[id] else { return nil }
        switch transition {
        case .started(let generation):
            guard instance.state == .pending, instance.generation == generation else { return nil }
            instance.runningSince = now
            instance.stateReason = nil
            move(&instance, to: .running, now: now)
            return (.checked, Timings.statusChecks)
        case .checked:
            return nil
        case .stopped(let generation):
            guard instance.state == .stopping, instance.generation == generation else { return nil }
            instance.runningSince = nil
            move(&instance, to: .stopped, now: now)
            releaseLentAddresses(of: instance, now: now)
        case .terminated(let generation):
            guard instance.state == .shuttingDown, instance.generation == generation else { return nil }
            terminate(&instance, now: now)
            return (.vanish, Timings.instanceVanish)
        case .vanish:
            guard instance.state == .terminated else { return nil }
            for usage in instance.usage { remember(usage, of: id) }
            instances[id] = nil
        }
        return nil
    }

    /// The public addresses that AWS lends an instance while it runs; Elastic IPs are not among them.
    package func lentAddresses(of instance: Instance) -> [IPv4Address] {
        instance.networkInterfaceIDs.flatMap { id in
            (networkInterfaces[id]?.addresses ?? []).compactMap { address in
                address.association.flatMap { $0.allocationID == nil ? $0.address : nil }
            }
        }
    }

    /// Public addresses that AWS lent go back; Elastic IPs stay.
    private mutating func releaseLentAddresses(of instance: Instance, now: Timestamp) {
        for _ in lentAddresses(of: instance) {
            remember(Usage(.publicIPv4, from: instance.launchTime, to: now), of: instance.id)
        }
        for interface in instance.networkInterfaceIDs {
            networkInterfaces.update(interface) { record in
                for index in record.addresses.indices
                where record.addresses[index].association?.allocationID == nil {
                    record.addresses[index].association = nil
                }
            }
        }
    }

    /// What a terminated instance gives up: its interfaces and addresses, and the volumes that are to go with it.
    private mutating func terminate(_ instance: inout Instance, now: Timestamp) {
        releaseLentAddresses(of: instance, now: now)
        for interfaceID in instance.networkInterfaceIDs {
            guard let interface = networkInterfaces[interfaceID] else { continue }
            if interface.attachment?.deleteOnTermination ?? true {
                deleteNetworkInterface(interfaceID)
            } else {
                networkInterfaces.update(interfaceID) { $0.attachment = nil }
            }
        }
        for device in instance.blockDevices {
            guard let volume = volumes[device.volumeID] else { continue }
            let attachment = volume.attachments.first { $0.instanceID == instance.id }
            if attachment?.deleteOnTermination ?? false, volume.attachments.count == 1 {
                deleteVolume(volume.id, now: now)
            } else {
                volumes.update(volume.id) { record in
                    record.attachments.removeAll { $0.instanceID == instance.id }
                    if record.attachments.isEmpty { record.state = .available }
                }
            }
        }
        instance.runningSince = nil
        instance.networkInterfaceIDs = []
        instance.blockDevices = []
        instance.profile = nil
        move(&instance, to: .terminated, now: now)
    }

    /// Removes an interface and gives its addresses back to the subnet.
    package mutating func deleteNetworkInterface(_ id: String) {
        guard let interface = networkInterfaces.remove(id) else { return }
        subnets.update(interface.subnetID) { subnet in
            for address in interface.addresses { subnet.release(address.address) }
            for prefix in interface.ipv4Prefixes { subnet.release(prefix) }
        }
    }
}
