/// A VPC's side of VPN connections: a virtual private gateway.
///
/// <https://docs.aws.amazon.com/vpn/latest/s2svpn/how_it_works.html>
package struct VPNGateway: ResourceRecord {
    package var id: String
    /// The number of its autonomous system.
    package var asn: Int
    package var zone: String?
    package var vpcID: String?
    package var tags = Tags()

    package init(id: String, asn: Int, zone: String?) {
        self.id = id
        self.asn = asn
        self.zone = zone
    }
}

/// What AWS is told of the other side's device.
package struct CustomerGateway: ResourceRecord {
    package var id: String
    package var asn: Int
    package var address: String?
    package var certificateARN: String?
    package var deviceName: String?
    package var tags = Tags()

    package init(id: String, asn: Int, address: String?, certificateARN: String?, deviceName: String?) {
        self.id = id
        self.asn = asn
        self.address = address
        self.certificateARN = certificateARN
        self.deviceName = deviceName
    }
}
