import Glibc
package import GradeModel

/// The one command that would turn a layer on, by what this machine says of itself.
package enum SandboxRemedy {
    /// Nil where the layer is as good as it can be, or nothing can be said.
    package static func command(for layer: SandboxLayer) -> String? {
        switch layer.name {
        case "namespaces": namespaces
        case "Landlock":
            layer.active ? nil : "boot Linux 6.12 or later with `lsm=landlock,lockdown,yama,apparmor,bpf`"
        case "virtual time", "seccomp":
            layer.active ? nil : "docker run --security-opt seccomp=unconfined …"
        case "memory, CPU and process limits of the tree":
            layer.detail.contains("polled") ? group : nil
        default: nil
        }
    }

    /// systemd's way to hand over a control group, where it runs.
    private static var group: String? {
        guard FilePaths.exists("/run/systemd/system") else { return nil }
        return "systemd-run \(geteuid() == 0 ? "" : "--user ")--scope -p Delegate=yes skylab …"
    }

    /// What refuses user namespaces: a setting of the kernel, or else the container.
    package static var namespaces: String {
        let settings = [
            ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
            ("kernel/unprivileged_userns_clone", "0", "1"),
            ("user/max_user_namespaces", "0", "15000"),
        ]
        for (name, refusing, granting) in settings {
            let value = FilePaths.text(of: "/proc/sys/\(name)")?.prefix(while: { !$0.isNewline })
            guard value == Substring(refusing) else { continue }
            return "sudo sysctl \(name.split(separator: "/").joined(separator: "."))=\(granting)"
        }
        return "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
            + " --security-opt systempaths=unconfined …"
    }
}
