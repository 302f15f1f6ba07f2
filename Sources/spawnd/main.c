// spawnd: makes the boxes that students' programs run in.
//
// Theory of operation
//
// The Sandbox library starts one spawnd with posix_spawn, before its own process grows large and many-threaded, and
// keeps the other end of a SOCK_SEQPACKET socketpair (protocol.h). spawnd stays small and has one thread, so that the
// copy of it that becomes a box costs little and is a well-defined state to go on from. It never executes anything
// itself.
//
//   library ──LAUNCH──▶ spawnd ──clone3──▶ init, process 1 of new namespaces              (boxes.c, init.c)
//                                            maps user 1000, never 0                      (furnish.c)
//                                            builds the root and leaves the old one       (root.c, trees.c, files.c)
//                                            while the student makes the network          (network.c)
//                                            opens the listeners in it                    (network.c)
//   library ◀──READY + listeners── spawnd ◀──┘
//   library ──START──▶ spawnd ──▶ init ──fork──▶ student: new session, limits, no capabilities, no_new_privs,
//                                            │            Landlock, seccomp, execve       (student.c, filter.c)
//                                            │ counts memory, CPU time, tasks             (account.c)
//                                            │ kills and reaps all, judges how it ended   (verdict.c)
//   library ◀──ENDED── spawnd ◀──────────────┘
//
// Init never executes a program either: it is this binary's own code, so nothing that the student can write to, not
// even an environment variable, has ever had a say in it. The student's program is not process 1, because the kernel
// does not deliver the default actions of signals there.
//
// Death is by namespace. When init exits, the kernel kills whatever else is in its process namespace, whatever it has
// done to get away. Init exits when the program has ended, when a limit is crossed, when it is told to, and when its
// channel to spawnd closes. spawnd exits when the control socket closes, which the kernel sees to even when the
// library's process is killed with SIGKILL. Should init hang, spawnd kills it by its pidfd a moment later.
//
// Started by root, spawnd becomes an unprivileged user first and keeps two capabilities, switched off except while it
// opens a host tree that only root can reach (privileges.c, trees.c). A box's init has no capability outside its box,
// and the student's program none at all.
//
// Usage: spawnd DESCRIPTOR [UID]

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boxes.h"
#include "landlock.h"
#include "privileges.h"
#include "processors.h"

enum { CONTROL = 3, NOBODY = 65534 };

// Returns the number, or -1 where the text is something else.
static long number(const char *text) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    return errno != 0 || end == text || *end != '\0' || value < 0 || value > 0x7fffffff ? -1 : value;
}

static void allow_many_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int say_hello(const struct workshop *workshop) {
    struct parcel hello = {.message = {.kind = MESSAGE_HELLO}};
    hello.message.values[HELLO_VERSION] = PROTOCOL_VERSION;
    hello.message.values[HELLO_PRIVILEGED] = privileges_held();
    hello.message.values[HELLO_UID] = getuid();
    return channel_send(workshop->control, &hello, 0);
}

// What is made ahead is made when nobody has wanted anything for a moment, so that it keeps nobody waiting.
enum { LULL_MS = 2 };

static int patience(const struct workshop *workshop) {
    int timeout = boxes_timeout();
    return workshop->wants_spare && (timeout < 0 || timeout > LULL_MS) ? LULL_MS : timeout;
}

static void serve(struct workshop *workshop) {
    for (;;) {
        struct epoll_event event;
        int count = epoll_wait(workshop->events, &event, 1, patience(workshop));
        boxes_enforce();
        if (count < 1) {
            if (workshop->wants_spare) boxes_prepare(workshop);
            workshop->wants_spare = false;
            continue;
        }
        if (event.data.ptr != NULL) {
            boxes_event(workshop, event.data.ptr);
            continue;
        }
        struct parcel parcel;
        if (channel_receive(workshop->control, &parcel, 0) != 1) return;
        if (parcel.message.kind == MESSAGE_LAUNCH) {
            boxes_launch(workshop, &parcel);
        } else if (parcel.message.kind == MESSAGE_SPACE) {
            boxes_space(workshop, &parcel);
        } else {
            boxes_pass(workshop, &parcel);
            parcel_close(&parcel);
        }
    }
}

int main(int count, char **arguments) {
    long control = count > 1 ? number(arguments[1]) : -1;
    long uid = count > 2 ? number(arguments[2]) : NOBODY;
    if (control < 0 || uid <= 0) {
        fputs("spawnd is started by skylab; it is of no use on its own.\n", stderr);
        return 2;
    }
    if (control != CONTROL && dup3((int)control, CONTROL, O_CLOEXEC) < 0) return 1;
    fcntl(CONTROL, F_SETFD, FD_CLOEXEC);
    close_range(CONTROL + 1, ~0u, 0);
    umask(022);
    allow_many_descriptors();
    // Only root may make the place for the groups, and give it away.
    struct cgroup home;
    cgroup_open_home(&home, geteuid() == 0 ? (uid_t)uid : geteuid());
    if (privileges_leave_root((uid_t)uid) != 0) return 1;
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    // What a box without namespaces may leave, should its init be killed, comes here.
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);

    struct workshop workshop = {.control = CONTROL, .events = epoll_create1(EPOLL_CLOEXEC), .home = home,
                                .shape_memory = -1};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (workshop.events < 0 || epoll_ctl(workshop.events, EPOLL_CTL_ADD, CONTROL, &event) != 0) return 1;
    workshop.landlock = landlock_abi();
    workshop.uid = getuid();
    workshop.gid = getgid();
    if (say_hello(&workshop) != 0) return 1;
    // After the greeting, so that the library need not wait for it.
    const char *failed = NULL;
    int result = filter_build(&workshop.filter, &failed);
    if (result != 0) {
        workshop.filter_problem = failed;
        workshop.filter_error = -result;
    }
    // Every box begins as a copy of this process.
    malloc_trim(0);
    processors_remember();
    boxes_prepare(&workshop);
    serve(&workshop);
    boxes_end(&workshop);
    cgroup_close_home(&workshop.home);
    return 0;
}
