import CSpawnProtocol
import GradeModel

extension BoxRecord {
    /// Takes down which layers the box is made of, from its MESSAGE_READY. What is not named as inactive is in force:
    /// a box that lacks one of the others is not made at all.
    mutating func noteLayers(_ ready: Parcel) {
        let landlock = ready.value(READY_LANDLOCK.rawValue)
        let hidden = ready.value(READY_HIDEPID.rawValue) != 0
        let group = ready.value(READY_CGROUP.rawValue)
        let named = ready.value(READY_NOTICES.rawValue) != 0
        let virtual = ready.value(READY_VIRTUAL_TIME.rawValue) != 0
        tier = landlock > 0 ? .full : .withoutLandlock
        layers = [
            SandboxLayer(name: "user namespace", active: true, detail: "user 1000, no root, no capabilities"),
            SandboxLayer(name: "process namespace", active: true, detail: "the tree dies with its init"),
            SandboxLayer(
                name: "mount namespace", active: true, detail: "read-only root, private scratch, /tmp and /dev/shm"),
            SandboxLayer(name: "network namespace", active: true, detail: "loopback only"),
            SandboxLayer(name: "IPC, host name and cgroup namespaces", active: true),
            SandboxLayer(
                name: "private /proc", active: true, detail: hidden ? "hides init" : "own processes only"),
            SandboxLayer(name: "no_new_privs", active: true),
            SandboxLayer(
                name: "seccomp", active: true,
                detail: "\(ready.value(READY_SYSCALLS.rawValue)) system calls allowed, the rest refused or fatal"
                    + (named ? "" : "; fatal ones cannot be named here")),
            SandboxLayer(
                name: "virtual time", active: virtual,
                detail: virtual
                    ? "sleeps are answered at once"
                    : wantsVirtualTime ? "this kernel gives no seccomp listener" : "not asked for: sleeps last"),
            SandboxLayer(
                name: "Landlock", active: landlock > 0,
                detail: landlock > 0 ? "ABI \(landlock)" : "not offered by this kernel; add landlock to lsm="),
            SandboxLayer(name: "resource limits", active: true, detail: "per process"),
            SandboxLayer(
                name: "memory, CPU and process limits of the tree", active: true,
                detail: group > 0
                    ? "cgroup v\(group) bounds them, init names them" : "polled every 20 ms (no cgroup is ours to use)"),
        ]
    }
}
