import CloudState
import ServiceModel
import Synchronization

/// An image that AWS or a vendor offers to everybody.
struct PublicImage: Sendable {
    var id: String
    var name: String
    var description: String
    var architecture: String
    var rootDeviceName: String
    var rootVolumeGiB: Int
    var rootVolumeType: String
    var ownerID: String
    /// `amazon`, or nil where the owner has no alias.
    var ownerAlias: String?
    var isWindows: Bool
    var platformDetails: String
    var usageOperation: String
    var creationDate: Timestamp
    /// The SSM public parameters that name it.
    var parameters: [String]

    /// The snapshot behind the root device.
    var snapshotID: String { "snap-0" + IDGenerator.hexadecimal(IDGenerator.mix(IDGenerator.hash(id, 0x84222325))) }

    /// The images of a region, by owner and then in the order of their names.
    static func all(in region: String) -> [PublicImage] { catalogue(region).images }

    static func withID(_ id: String, in region: String) -> PublicImage? {
        let catalogue = catalogue(region)
        return catalogue.byID[id].map { catalogue.images[$0] }
    }

    /// The image that an SSM public parameter names.
    static func withParameter(_ name: String, in region: String) -> PublicImage? {
        let catalogue = catalogue(region)
        return catalogue.byParameter[name].map { catalogue.images[$0] }
    }

    /// A region's images with the ways to find one.
    private struct Catalogue: Sendable {
        var images: [PublicImage]
        var byID: [String: Int] = [:]
        var byParameter: [String: Int] = [:]

        init(_ images: [PublicImage]) {
            self.images = images
            for (index, image) in images.enumerated() {
                byID[image.id] = index
                // Several builds of an image are listed; the parameter names the newest.
                for name in image.parameters {
                    if let other = byParameter[name], images[other].creationDate > image.creationDate { continue }
                    byParameter[name] = index
                }
            }
        }
    }

    /// Read from the table when a region is first asked for; facts do not change while the program runs.
    private static let catalogues = Mutex<[String: Catalogue]>([:])

    private static func catalogue(_ region: String) -> Catalogue {
        catalogues.withLock { known in
            if let catalogue = known[region] { return catalogue }
            let catalogue = Catalogue(amazonLinux(region) + vendors(region))
            known[region] = catalogue
            return catalogue
        }
    }

    /// A form-correct id that a region and a name always lead to, for images whose real ids are not known here.
    private static func derivedID(_ name: String, _ region: String) -> String {
        "ami-0" + IDGenerator.hexadecimal(IDGenerator.mix(IDGenerator.hash("\(region)/\(name)", 0xCBF2_9CE4_8422_2325)))
    }

    private static func amazonLinux(_ region: String) -> [PublicImage] {
        var column: Int?
        var images: [PublicImage] = []
        for line in TableLines(amazonImageTable) {
            if line.hasPrefix("r ") {
                column = line.split(separator: " ").dropFirst().firstIndex { $0 == region }.map { $0 - 1 }
                continue
            }
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
            guard fields.count == 6 else { continue }
            let ids = fields[5].split(separator: " ")
            let name = String(fields[1])
            var id = derivedID(name, region)
            if let column, column < ids.count, ids[column] != "-" { id = String(ids[column]) }
            images.append(
                PublicImage(
                    id: id, name: name, description: String(fields[4]), architecture: String(fields[2]),
                    rootDeviceName: String(fields[3]), rootVolumeGiB: name.contains("minimal") ? 2 : 8,
                    rootVolumeType: name.hasPrefix("al2023") ? "gp3" : name.hasSuffix("gp2") ? "gp2" : "standard",
                    ownerID: "137112412989", ownerAlias: "amazon", isWindows: false, platformDetails: "Linux/UNIX",
                    usageOperation: "RunInstances", creationDate: date(inName: name), parameters: amazonParameters(name)
                ))
        }
        return images.sorted { $0.name < $1.name }
    }

    /// The build date in `al2023-ami-2023.11.20260427.1-…`.
    private static func date(inName name: String) -> Timestamp {
        for word in name.split(whereSeparator: { $0 == "." || $0 == "-" }) where word.utf8.count == 8 {
            guard let number = Int(word), (20_100_101...20_991_231).contains(number) else { continue }
            return Timestamp(year: number / 10_000, month: number / 100 % 100, day: number % 100, hour: 18, minute: 12)
        }
        return Timestamp(year: 2026, month: 4, day: 27)
    }

    /// <https://docs.aws.amazon.com/linux/al2023/ug/ec2.html>
    private static func amazonParameters(_ name: String) -> [String] {
        let root = "/aws/service/ami-amazon-linux-latest"
        let architecture = name.contains("arm64") ? "arm64" : "x86_64"
        if name.hasPrefix("al2023-ami-") {
            let flavour = name.contains("minimal") ? "al2023-ami-minimal" : "al2023-ami"
            guard let kernel = name.split(separator: "-").drop(while: { $0 != "kernel" }).dropFirst().first else {
                return []
            }
            var names = ["\(root)/\(flavour)-kernel-\(kernel)-\(architecture)"]
            if kernel == "6.1" { names.append("\(root)/\(flavour)-kernel-default-\(architecture)") }
            return names
        }
        if name.hasPrefix("amzn2-ami-") {
            let parts = name.split(separator: "-")
            guard let volume = parts.last else { return [] }
            let stem = parts.prefix { !$0.hasPrefix("2.0") }.joined(separator: "-")
            return ["\(root)/\(stem)-\(architecture)-\(volume)"]
        }
        return []
    }

    private static func vendors(_ region: String) -> [PublicImage] {
        table.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 8 else { return nil }
            let isWindows = fields[0] == "801119661308"
            return PublicImage(
                id: derivedID(fields[1], region), name: fields[1], description: fields[2], architecture: fields[3],
                rootDeviceName: fields[4], rootVolumeGiB: Int(fields[5]) ?? 8,
                rootVolumeType: isWindows ? "gp2" : "gp3",
                ownerID: fields[0],
                ownerAlias: ["801119661308", "591542846629", "602401143452"].contains(fields[0]) ? "amazon" : nil,
                isWindows: isWindows, platformDetails: isWindows ? "Windows" : "Linux/UNIX",
                usageOperation: isWindows ? "RunInstances:0002" : "RunInstances",
                creationDate: Timestamp(iso8601: fields[6]) ?? Timestamp(year: 2026, month: 4, day: 1),
                parameters: fields[7].isEmpty
                    ? [] : fields[7].split(separator: " ").flatMap { aliases(String($0), ofImage: fields[1]) })
        }
    }

    /// Canonical's parameters name a release by its number or by its name, and the current build or a certain one.
    ///
    /// <https://documentation.ubuntu.com/aws/en/latest/aws-how-to/instances/find-ubuntu-images/>
    private static func aliases(_ parameter: String, ofImage name: String) -> [String] {
        let words = name.split(separator: "/").last?.split(separator: "-") ?? []
        guard parameter.hasPrefix("/aws/service/canonical/"), words.count > 3, let serial = words.last else {
            return [parameter]
        }
        let names = [parameter, parameter.replacing("/\(words[2])/", with: "/\(words[1])/")]
        return names + names.map { $0.replacing("/current/", with: "/\(serial)/") }
    }

    // Owner, name, description, architecture, root device, GiB, date, SSM parameters.
    private static let table = """
        099720109477|ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260411|Canonical, Ubuntu, 24.04, amd64 noble image|x86_64|/dev/sda1|8|2026-04-11|/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id
        099720109477|ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20260411|Canonical, Ubuntu, 24.04, arm64 noble image|arm64|/dev/sda1|8|2026-04-11|/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id
        099720109477|ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20260409|Canonical, Ubuntu, 22.04 LTS, amd64 jammy image|x86_64|/dev/sda1|8|2026-04-09|/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id
        099720109477|ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-20260409|Canonical, Ubuntu, 22.04 LTS, arm64 jammy image|arm64|/dev/sda1|8|2026-04-09|/aws/service/canonical/ubuntu/server/22.04/stable/current/arm64/hvm/ebs-gp2/ami-id
        099720109477|ubuntu/images/hvm-ssd/ubuntu-focal-20.04-amd64-server-20250603|Canonical, Ubuntu, 20.04 LTS, amd64 focal image|x86_64|/dev/sda1|8|2025-06-03|/aws/service/canonical/ubuntu/server/20.04/stable/current/amd64/hvm/ebs-gp2/ami-id
        099720109477|ubuntu/images/hvm-ssd/ubuntu-focal-20.04-arm64-server-20250603|Canonical, Ubuntu, 20.04 LTS, arm64 focal image|arm64|/dev/sda1|8|2025-06-03|/aws/service/canonical/ubuntu/server/20.04/stable/current/arm64/hvm/ebs-gp2/ami-id
        136693071363|debian-11-amd64-20250428-2096|Debian 11 (20250428-2096)|x86_64|/dev/xvda|8|2025-04-28|/aws/service/debian/release/11/latest/amd64
        136693071363|debian-11-arm64-20250428-2096|Debian 11 (20250428-2096)|arm64|/dev/xvda|8|2025-04-28|/aws/service/debian/release/11/latest/arm64
        136693071363|debian-12-amd64-20260413-2447|Debian 12 (20260413-2447)|x86_64|/dev/xvda|8|2026-04-13|/aws/service/debian/release/12/latest/amd64
        136693071363|debian-12-arm64-20260413-2447|Debian 12 (20260413-2447)|arm64|/dev/xvda|8|2026-04-13|/aws/service/debian/release/12/latest/arm64
        136693071363|debian-13-amd64-20260413-2447|Debian 13 (20260413-2447)|x86_64|/dev/xvda|8|2026-04-13|/aws/service/debian/release/13/latest/amd64
        136693071363|debian-13-arm64-20260413-2447|Debian 13 (20260413-2447)|arm64|/dev/xvda|8|2026-04-13|/aws/service/debian/release/13/latest/arm64
        801119661308|Windows_Server-2016-English-Full-Base-2026.04.15|Microsoft Windows Server 2016 with Desktop Experience Locale English AMI provided by Amazon|x86_64|/dev/sda1|30|2026-04-15|/aws/service/ami-windows-latest/Windows_Server-2016-English-Full-Base
        801119661308|Windows_Server-2019-English-Full-Base-2026.04.15|Microsoft Windows Server 2019 with Desktop Experience Locale English AMI provided by Amazon|x86_64|/dev/sda1|30|2026-04-15|/aws/service/ami-windows-latest/Windows_Server-2019-English-Full-Base
        801119661308|Windows_Server-2019-English-Core-Base-2026.04.15|Microsoft Windows Server 2019 Core Locale English AMI provided by Amazon|x86_64|/dev/sda1|30|2026-04-15|/aws/service/ami-windows-latest/Windows_Server-2019-English-Core-Base
        801119661308|Windows_Server-2022-English-Full-Base-2026.04.15|Microsoft Windows Server 2022 Full Locale English AMI provided by Amazon|x86_64|/dev/sda1|30|2026-04-15|/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base
        801119661308|Windows_Server-2022-English-Core-Base-2026.04.15|Microsoft Windows Server 2022 Core Locale English AMI provided by Amazon|x86_64|/dev/sda1|30|2026-04-15|/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-Base
        801119661308|Windows_Server-2025-English-Full-Base-2026.04.15|Microsoft Windows Server 2025 Full Locale English AMI provided by Amazon|x86_64|/dev/sda1|30|2026-04-15|/aws/service/ami-windows-latest/Windows_Server-2025-English-Full-Base
        591542846629|al2023-ami-ecs-hvm-2023.0.20260420-kernel-6.1-x86_64|Amazon Linux AMI 2023.0.20260420 x86_64 ECS HVM EBS|x86_64|/dev/xvda|30|2026-04-20|/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id
        591542846629|al2023-ami-ecs-hvm-2023.0.20260420-kernel-6.1-arm64|Amazon Linux AMI 2023.0.20260420 arm64 ECS HVM EBS|arm64|/dev/xvda|30|2026-04-20|/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id
        591542846629|amzn2-ami-ecs-hvm-2.0.20260420-x86_64-ebs|Amazon Linux AMI 2.0.20260420 x86_64 ECS HVM GP2|x86_64|/dev/xvda|30|2026-04-20|/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id
        591542846629|amzn2-ami-ecs-hvm-2.0.20260420-arm64-ebs|Amazon Linux AMI 2.0.20260420 arm64 ECS HVM GP2|arm64|/dev/xvda|30|2026-04-20|/aws/service/ecs/optimized-ami/amazon-linux-2/arm64/recommended/image_id
        602401143452|amazon-eks-node-al2023-x86_64-standard-1.33-v20260423|EKS-optimized Kubernetes node based on Amazon Linux 2023, (k8s: 1.33, containerd: 1.7.*)|x86_64|/dev/xvda|20|2026-04-23|/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id
        """
}
