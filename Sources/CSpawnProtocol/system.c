#include "system.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol.h"

enum { LAUNCHER_CONTROL = 3, EVENTS_AT_ONCE = 64 };

static int or_errno(int result) { return result < 0 ? -errno : result; }

int system_socket_pair(int sockets[2]) {
    return or_errno(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets));
}

int system_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
    return or_errno(fcntl(ends[0], F_SETFL, O_NONBLOCK));
}

int system_memory(const void *bytes, size_t size) {
    int memory = memfd_create("request", MFD_CLOEXEC);
    if (memory < 0) return -errno;
    const char *next = bytes;
    while (size > 0) {
        ssize_t written = write(memory, next, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            int problem = errno;
            close(memory);
            return -problem;
        }
        next += written;
        size -= (size_t)written;
    }
    return memory;
}

int system_events(void) { return or_errno(epoll_create1(EPOLL_CLOEXEC)); }

int system_events_add(int events, int descriptor, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = token};
    return or_errno(epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &event));
}

int system_events_remove(int events, int descriptor) {
    return or_errno(epoll_ctl(events, EPOLL_CTL_DEL, descriptor, NULL));
}

int system_events_writable(int events, int descriptor, uint64_t token, int writable) {
    struct epoll_event event = {.events = EPOLLIN | (writable ? EPOLLOUT : 0), .data.u64 = token};
    return or_errno(epoll_ctl(events, EPOLL_CTL_MOD, descriptor, &event));
}

int system_events_wait(int events, struct system_event *ready, int count) {
    struct epoll_event found[EVENTS_AT_ONCE];
    int number = epoll_wait(events, found, count < EVENTS_AT_ONCE ? count : EVENTS_AT_ONCE, -1);
    if (number < 0) return errno == EINTR ? 0 : -errno;
    for (int index = 0; index < number; index++) {
        ready[index].token = found[index].data.u64;
        ready[index].readable = (found[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
        ready[index].writable = (found[index].events & EPOLLOUT) != 0;
    }
    return number;
}

void system_let_go(int descriptor) {
    uint64_t readers = GO_READERS;
    (void)!write(descriptor, &readers, sizeof readers);
}

static int prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, int control) {
    for (int descriptor = 0; descriptor < 3; descriptor++) {
        int problem = posix_spawn_file_actions_addopen(actions, descriptor, "/dev/null", O_RDWR, 0);
        if (problem != 0) return problem;
    }
    int problem = posix_spawn_file_actions_adddup2(actions, control, LAUNCHER_CONTROL);
    if (problem == 0) problem = posix_spawn_file_actions_addclosefrom_np(actions, LAUNCHER_CONTROL + 1);
    if (problem != 0) return problem;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setsigmask(attributes, &none);
    // A session of its own: Ctrl-C in the terminal is the library's to deal with.
    return posix_spawnattr_setflags(attributes,
                                    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
}

pid_t system_start_launcher(const char *path, int control) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0) return -ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -ENOMEM;
    }
    pid_t process = 0;
    char *const arguments[] = {"spawnd", "3", NULL};
    char *const environment[] = {NULL};
    int problem = prepare(&actions, &attributes, control);
    if (problem == 0) problem = posix_spawn(&process, path, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return problem == 0 ? process : -problem;
}

const char *system_file_of(const void *address) {
    Dl_info info;
    return dladdr(address, &info) != 0 ? info.dli_fname : NULL;
}
