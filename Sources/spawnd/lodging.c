#include "lodging.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t clone_with(uint64_t flags, int *handle) {
    // Who shares the caller's parent has the caller's signal, too.
    struct clone_args arguments = {.flags = flags | CLONE_PIDFD,
                                   .pidfd = (uint64_t)(uintptr_t)handle,
                                   .exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD};
    return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

// What the helper says: the box's process and its pidfd, which is in the table of descriptors that both share, or errno.
struct birth {
    pid_t process;
    int handle, problem;
};

// Only who is in a namespace can make a process there, and nobody comes back from a user namespace. So a helper goes
// in, and makes the box in spawnd's stead.
static pid_t clone_inside(const struct lodging *lodging, int *handle) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    int unused;
    pid_t helper = clone_with(CLONE_FILES, &unused);
    if (helper == 0) {
        struct birth birth = {.process = -1, .handle = -1};
        if (setns(lodging->users, CLONE_NEWUSER) == 0 && setns(lodging->network, CLONE_NEWNET) == 0) {
            birth.process = clone_with(CLONE_PARENT | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
                                           CLONE_NEWUTS,
                                       &birth.handle);
            if (birth.process == 0) return 0;
        }
        birth.problem = errno;
        (void)!write(ends[1], &birth, sizeof birth);
        _exit(0);
    }
    if (helper < 0) {
        int problem = errno;
        close(ends[0]);
        close(ends[1]);
        errno = problem;
        return -1;
    }
    waitpid(helper, NULL, 0);
    close(unused);
    struct birth birth = {.process = -1, .problem = ECHILD};
    // It has written, or is dead: nobody else has the writing end but this process.
    close(ends[1]);
    (void)!read(ends[0], &birth, sizeof birth);
    close(ends[0]);
    *handle = birth.handle;
    errno = birth.problem;
    return birth.process;
}

bool lodging_take(struct lodging *lodging, struct parcel *parcel, const struct request *request) {
    if (parcel->count < LAUNCH_DESCRIPTORS_SHARED) return false;
    *lodging = (struct lodging){.users = parcel->descriptors[3],
                                .network = parcel->descriptors[4],
                                .shown_uid = request->container.user,
                                .shown_gid = request->container.group};
    parcel->count -= 2;
    memmove(&parcel->descriptors[3], &parcel->descriptors[5], (parcel->count - 3) * sizeof *parcel->descriptors);
    return true;
}

void lodging_leave(const struct lodging *lodging) {
    int problem = errno;
    if (lodging->users >= 0) close(lodging->users);
    if (lodging->network >= 0) close(lodging->network);
    errno = problem;
}

pid_t lodging_clone(const struct lodging *lodging, int *handle) {
    if (!lodging->is_space) return clone_inside(lodging, handle);
    return clone_with(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC, handle);
}
