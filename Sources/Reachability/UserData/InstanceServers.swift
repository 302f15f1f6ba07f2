package import CloudState
package import ServiceModel

extension PathAnalyzer {
    /// What listens on an instance at a moment: nothing while it does not run, or is impaired, or its user data is still
    /// at work; after a reboot only what starts by itself; and nothing that would have had to be fetched from an internet
    /// that the instance cannot reach.
    ///
    /// The way to the internet is judged as it is configured now, whatever is broken: it was needed at the first boot.
    package func servers(on instance: Instance, now: Timestamp) -> [ListeningServer] {
        guard instance.state == .running, let since = instance.runningSince, instance.userData != nil,
            faults.failure(of: instance, region: region) == nil
        else { return [] }
        let delay = instance.boots > 1 ? Timings.serviceStart : Timings.userData
        guard since.adding(milliseconds: delay.milliseconds) <= now else { return [] }
        var servers = UserDataServers.servers(userData: instance.userData, imageName: instance.imageName)
        if instance.boots > 1 { servers.removeAll { !$0.startsAtBoot } }
        if servers.contains(where: \.needsInternet), !canFetchPackages(instance) {
            servers.removeAll(where: \.needsInternet)
        }
        return servers
    }

    /// Whether an instance gets at packages: over the internet, or, Amazon Linux, at the repositories in S3 by a gateway
    /// endpoint.
    private func canFetchPackages(_ instance: Instance) -> Bool {
        let family = ImageFamily(imageName: instance.imageName)
        let configured = PathAnalyzer(network.ec2)
        let port = family == .debian ? 80 : 443
        if configured.reaches(ReachabilityQuery(from: .instance(id: instance.id), to: .internet, port: port)) {
            return true
        }
        guard family == .amazonLinux2023 || family == .amazonLinux2,
            let table = network.ec2.routeTable(ofSubnet: instance.subnetID)
        else { return false }
        return network.ec2.vpcEndpoints.contains { endpoint in
            endpoint.type == "Gateway" && endpoint.serviceName.hasSuffix(".s3") && endpoint.state == .available
                && endpoint.routeTableIDs.contains(table.id)
        }
    }
}
