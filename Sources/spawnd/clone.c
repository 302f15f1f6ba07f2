#include "clone.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

pid_t clone_box(bool bare, int *handle) {
    uint64_t namespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                          CLONE_NEWCGROUP;
    struct clone_args arguments = {
        .flags = (bare ? 0 : namespaces) | CLONE_PIDFD,
        .pidfd = (uint64_t)(uintptr_t)handle,
        .exit_signal = SIGCHLD,
    };
    pid_t process = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (process >= 0 || !bare) return process;
    // Containers hide clone3, whose flags no filter can read.
    long flags = CLONE_PIDFD | SIGCHLD;
#if defined(__x86_64__)
    return (pid_t)syscall(SYS_clone, flags, NULL, handle, NULL, 0);
#else
    return (pid_t)syscall(SYS_clone, flags, NULL, handle, 0, NULL);
#endif
}

int clone_keep_only(int channel, struct cgroup *group) {
    enum { ASIDE = 64 };
    int kept[1 + CGROUP_CONTROLLERS], count = 0, places[CGROUP_CONTROLLERS];
    kept[count++] = fcntl(channel, F_DUPFD_CLOEXEC, ASIDE);
    for (int controller = 0; controller < CGROUP_CONTROLLERS; controller++) {
        places[controller] = -1;
        if (group->folders[controller] < 0) continue;
        places[controller] = INIT_CHANNEL + count;
        kept[count++] = fcntl(group->folders[controller], F_DUPFD_CLOEXEC, ASIDE);
    }
    for (int index = 0; index < count; index++) {
        if (dup3(kept[index], INIT_CHANNEL + index, O_CLOEXEC) < 0) return -1;
    }
    memcpy(group->folders, places, sizeof places);
    return close_range((unsigned)(INIT_CHANNEL + count), ~0u, 0);
}
