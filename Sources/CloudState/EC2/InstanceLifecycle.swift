import ServiceModel

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
    /// Lets a transition happen, and says what it leads to.
    mutating func apply(
        _ transition: InstanceTransition, toInstance id: String, now: Timestamp
    ) -> (transition: InstanceTransition, after: Duration)? {
        guard var instance = instances[id] else { return nil }
        switch transition {
        case .started(let generation):
            guard instance.state == .pending, instance.generation == generation else { return nil }
            instance.enter(.running)
            instance.runningSince = now
            instance.stateReason = nil
            instances[id] = instance
            return (.checked, Timings.statusChecks)
        case .checked:
            return nil
        case .stopped(let generation):
            guard instance.state == .stopping, instance.generation == generation else { return nil }
            instance.enter(.stopped)
            instance.runningSince = nil
            instances[id] = instance
            releaseBorrowedAddresses(of: instance)
        case .terminated(let generation):
            guard instance.state == .shuttingDown, instance.generation == generation else { return nil }
            terminate(&instance)
            instances[id] = instance
            return (.vanish, Timings.instanceVanish)
        case .vanish:
            guard instance.state == .terminated else { return nil }
            instances[id] = nil
        }
        return nil
    }

    /// Public addresses that AWS lent go back; Elastic IPs stay.
    private mutating func releaseBorrowedAddresses(of instance: Instance) {
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
    private mutating func terminate(_ instance: inout Instance) {
        instance.enter(.terminated)
        instance.runningSince = nil
        for interfaceID in instance.networkInterfaceIDs {
            guard let interface = networkInterfaces[interfaceID] else { continue }
            if interface.attachment?.deleteOnTermination ?? true {
                deleteNetworkInterface(interfaceID)
            } else {
                networkInterfaces.update(interfaceID) { record in
                    record.attachment = nil
                    for index in record.addresses.indices
                    where record.addresses[index].association?.allocationID == nil {
                        record.addresses[index].association = nil
                    }
                }
            }
        }
        for device in instance.blockDevices {
            guard let volume = volumes[device.volumeID] else { continue }
            let attachment = volume.attachments.first { $0.instanceID == instance.id }
            if attachment?.deleteOnTermination ?? false {
                volumes[volume.id] = nil
            } else {
                volumes.update(volume.id) { record in
                    record.attachments.removeAll { $0.instanceID == instance.id }
                    if record.attachments.isEmpty { record.state = .available }
                }
            }
        }
        instance.networkInterfaceIDs = []
        instance.blockDevices = []
        instance.profile = nil
    }

    /// Removes an interface and gives its addresses back to the subnet.
    package mutating func deleteNetworkInterface(_ id: String) {
        guard let interface = networkInterfaces.remove(id) else { return }
        subnets.update(interface.subnetID) { subnet in
            for address in interface.addresses { subnet.release(address.address) }
        }
    }
}
