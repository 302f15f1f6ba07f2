import CSpawnProtocol
import GradeModel

extension BoxRecord {
    /// Takes down which layers the box is made of, from its MESSAGE_READY.
    mutating func noteLayers(_ ready: Parcel) {
        let omissions = SandboxOmissions(rawValue: UInt32(clamping: ready.value(READY_OMITTED.rawValue)))
        let landlock = ready.value(READY_LANDLOCK.rawValue)
        tier = SandboxTier(omissions: omissions, landlock: landlock)
        layers =
            (omissions.contains(.namespaces) ? substitutes() : namespaces(ready))
            + [
                SandboxLayer(name: "no_new_privs", active: true),
                filter(ready, omissions), virtualTime(ready), lock(landlock, omissions),
                SandboxLayer(
                    name: "resource limits", active: !omissions.contains(.resourceLimits), detail: "per process"),
                counting(ready),
            ]
    }

    private func namespaces(_ ready: Parcel) -> [SandboxLayer] {
        let hidden = ready.value(READY_HIDEPID.rawValue) != 0
        return [
            SandboxLayer(name: "user namespace", active: true, detail: "user 1000, no root, no capabilities"),
            SandboxLayer(name: "process namespace", active: true, detail: "the tree dies with its init"),
            SandboxLayer(
                name: "mount namespace", active: true, detail: "read-only root, private scratch, /tmp and /dev/shm"),
            SandboxLayer(name: "network namespace", active: true, detail: "loopback only"),
            SandboxLayer(name: "IPC, host name and cgroup namespaces", active: true),
            SandboxLayer(name: "private /proc", active: true, detail: hidden ? "hides init" : "own processes only"),
        ]
    }

    /// What stands for the namespaces where there are none.
    private func substitutes() -> [SandboxLayer] {
        [
            SandboxLayer(name: "namespaces", active: false, detail: namespaceProblem ?? "turned off"),
            SandboxLayer(
                name: "process tree", active: true, detail: "init takes in who loses a parent, and kills them all"),
            SandboxLayer(name: "relayed connections", active: true, detail: "to the emulator and nowhere else"),
            SandboxLayer(
                name: "private folders", active: true,
                detail: "below /tmp/skylab-…, counted instead of bounded; no private /tmp, /work or /dev/shm"),
        ]
    }

    private func filter(_ ready: Parcel, _ omissions: SandboxOmissions) -> SandboxLayer {
        if omissions.contains(.seccomp) { return SandboxLayer(name: "seccomp", active: false, detail: "turned off") }
        let named = ready.value(READY_NOTICES.rawValue) != 0
        return SandboxLayer(
            name: "seccomp", active: true,
            detail: "\(ready.value(READY_SYSCALLS.rawValue)) system calls allowed, the rest refused or fatal"
                + (named ? "" : "; fatal ones cannot be named here"))
    }

    private func virtualTime(_ ready: Parcel) -> SandboxLayer {
        let virtual = ready.value(READY_VIRTUAL_TIME.rawValue) != 0
        let reason = wantsVirtualTime ? "this kernel gives no seccomp listener" : "not asked for: sleeps last"
        return SandboxLayer(
            name: "virtual time", active: virtual, detail: virtual ? "sleeps are answered at once" : reason)
    }

    private func lock(_ landlock: Int, _ omissions: SandboxOmissions) -> SandboxLayer {
        let guarded = omissions.contains(.namespaces) ? "files, TCP" + (landlock >= 6 ? ", signals" : "") : "files"
        let reason = omissions.contains(.landlock) ? "turned off" : "not offered by this kernel"
        return SandboxLayer(
            name: "Landlock", active: landlock > 0, detail: landlock > 0 ? "ABI \(landlock): \(guarded)" : reason)
    }

    private func counting(_ ready: Parcel) -> SandboxLayer {
        let group = ready.value(READY_CGROUP.rawValue)
        return SandboxLayer(
            name: "memory, CPU and process limits of the tree", active: true,
            detail: group > 0
                ? "cgroup v\(group) bounds them, init names them" : "polled every 20 ms (no cgroup is ours to use)")
    }
}
