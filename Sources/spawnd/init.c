#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "account.h"
#include "channel.h"
#include "furnish.h"
#include "student.h"
#include "verdict.h"

// How often the processes are counted: nothing tells when a tree of processes crosses a limit.
enum { TICK_MS = 20 };

enum source { CHANNEL, CHILDREN, STATUS, FORBIDDEN, SOURCES };

struct init {
    const struct init_setup *setup;
    int descriptors[SOURCES]; // -1 where there is none (yet)
    int scratch;
    pid_t student;
    int64_t started_us;
    struct account account;
    struct evidence evidence;
};

static int64_t now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

_Noreturn static void fail(int channel, const char *step) {
    struct parcel parcel = {.message = {.kind = MESSAGE_FAILED, .code = (uint32_t)errno}};
    message_set_text(&parcel.message, step);
    channel_send(channel, &parcel, 0);
    _exit(1);
}

static bool is_full(int scratch) {
    struct statfs status;
    if (fstatfs(scratch, &status) != 0) return false;
    return (status.f_blocks > 0 && status.f_bavail == 0) || (status.f_files > 0 && status.f_ffree == 0);
}

// Looks at everything that is in use, and says which limit is crossed, or -1.
static int look(struct init *init) {
    const struct limits *limits = &init->setup->request->limits;
    account_take(&init->account);
    if (is_full(init->scratch)) init->evidence.disk_full = true;
    if (init->account.memory > limits->memory) return LIMIT_MEMORY;
    if (init->account.cpu_ns / 1000000 > limits->cpu_ms) return LIMIT_CPU;
    if (init->account.tasks > limits->processes) return LIMIT_PROCESSES;
    return -1;
}

static void note_exit(struct init *init, pid_t process, int status) {
    if (process != init->student) return;
    init->student = 0;
    init->evidence.ended = true;
    init->evidence.status = status;
    init->evidence.wall_us = now_us() - init->started_us;
}

// The end: everything dies, everything is reaped, and spawnd hears how it was.
_Noreturn static void finish(struct init *init) {
    struct evidence *evidence = &init->evidence;
    bool itself = evidence->ended;
    if (init->started_us != 0) {
        int crossed = look(init);
        if (itself) evidence->left_running = init->account.processes;
        if (itself && evidence->limit < 0 && crossed == LIMIT_PROCESSES) evidence->limit = crossed;
        if (!itself) evidence->wall_us = now_us() - init->started_us;
    }
    kill(-1, SIGKILL);
    int status;
    pid_t process;
    while ((process = wait4(-1, &status, 0, NULL)) > 0 || errno == EINTR) {
        if (process > 0 && itself == false) note_exit(init, process, status);
    }
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    evidence->cpu_us = (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
                       usage.ru_stime.tv_usec;
    if (evidence->cpu_us < (int64_t)(init->account.cpu_ns / 1000)) {
        evidence->cpu_us = (int64_t)(init->account.cpu_ns / 1000);
    }
    evidence->peak_bytes = (uint64_t)usage.ru_maxrss * 1024;
    if (evidence->peak_bytes < init->account.peak_memory) evidence->peak_bytes = init->account.peak_memory;
    evidence->peak_tasks = init->account.peak_tasks > 0 || init->started_us == 0 ? init->account.peak_tasks : 1;

    struct parcel parcel = {.message = verdict(evidence, &init->setup->request->limits)};
    channel_send(init->setup->channel, &parcel, 0);
    _exit(0);
}

_Noreturn static void finish_at_limit(struct init *init, int limit) {
    init->evidence.limit = limit;
    finish(init);
}

static void start(struct init *init) {
    int status[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, status) != 0) fail(init->setup->channel, "socketpair");
    init->started_us = now_us();
    pid_t child = fork();
    if (child < 0) fail(init->setup->channel, "fork");
    if (child == 0) {
        const struct student student = {
            .request = init->setup->request,
            .filter = init->setup->filter,
            .landlock = init->setup->landlock,
            .standard_output = init->setup->standard_output,
            .standard_error = init->setup->standard_error,
            .status = status[1],
        };
        student_run(&student);
    }
    init->student = child;
    close(status[1]);
    close(init->setup->standard_output);
    close(init->setup->standard_error);
    init->descriptors[STATUS] = status[0];
}

static void on_channel(struct init *init) {
    struct parcel parcel;
    // spawnd is gone, and nobody is left to tell: leaving takes every process of the box along.
    if (channel_receive(init->setup->channel, &parcel, 0) != 1) _exit(1);
    parcel_close(&parcel);
    if (parcel.message.kind == MESSAGE_START && init->started_us == 0) start(init);
    if (parcel.message.kind == MESSAGE_KILL) finish_at_limit(init, (int)parcel.message.code);
}

static void on_status(struct init *init) {
    struct student_status status;
    struct iovec body = {.iov_base = &status, .iov_len = sizeof status};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr header = {
        .msg_iov = &body, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(init->descriptors[STATUS], &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (length < 0) return;
    if (length != sizeof status) {
        close(init->descriptors[STATUS]);
        init->descriptors[STATUS] = -1;
        return;
    }
    struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
    if (rights != NULL && rights->cmsg_type == SCM_RIGHTS) {
        memcpy(&init->descriptors[FORBIDDEN], CMSG_DATA(rights), sizeof(int));
    }
    if (status.problem == 0) return;
    init->evidence.not_started = status.problem;
    memcpy(init->evidence.text, status.step, sizeof status.step);
    finish(init);
}

// The caller waits in the kernel for an answer that never comes: it dies with the rest.
static void on_forbidden(struct init *init) {
    struct seccomp_notif call;
    memset(&call, 0, sizeof call);
    if (ioctl(init->descriptors[FORBIDDEN], SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
        if (errno == EINTR || errno == ENOENT) return;
        close(init->descriptors[FORBIDDEN]);
        init->descriptors[FORBIDDEN] = -1;
        return;
    }
    filter_call_name(call.data.nr, init->evidence.text, sizeof init->evidence.text);
    init->evidence.forbidden = true;
    finish(init);
}

static void on_children(struct init *init) {
    struct signalfd_siginfo signal;
    (void)!read(init->descriptors[CHILDREN], &signal, sizeof signal);
    int status;
    pid_t process;
    while ((process = waitpid(-1, &status, WNOHANG)) > 0) {
        note_exit(init, process, status);
        if (!init->evidence.ended) continue;
        if (init->descriptors[STATUS] >= 0) on_status(init);
        finish(init);
    }
}

static int timeout_ms(const struct init *init, int64_t next_look_us) {
    if (init->started_us == 0) return -1;
    int64_t deadline = init->started_us + (int64_t)init->setup->request->limits.wall_ms * 1000;
    int64_t left = (deadline < next_look_us ? deadline : next_look_us) - now_us();
    return left <= 0 ? 0 : (int)(left / 1000) + 1;
}

_Noreturn static void serve(struct init *init) {
    int64_t next_look_us = 0;
    for (;;) {
        struct pollfd polls[SOURCES];
        for (int source = 0; source < SOURCES; source++) {
            polls[source] = (struct pollfd){.fd = init->descriptors[source], .events = POLLIN};
        }
        int ready = poll(polls, SOURCES, timeout_ms(init, next_look_us));
        if (ready < 0 && errno != EINTR) fail(init->setup->channel, "poll");
        if (ready > 0) {
            // In this order: the status tells of the listener before a forbidden call can be heard on it.
            if (polls[STATUS].revents) on_status(init);
            if (polls[FORBIDDEN].revents) on_forbidden(init);
            if (polls[CHILDREN].revents) on_children(init);
            if (polls[CHANNEL].revents) on_channel(init);
        }
        if (init->started_us == 0) continue;
        int64_t now = now_us();
        if (next_look_us == 0) next_look_us = now + TICK_MS * 1000;
        if (now - init->started_us >= (int64_t)init->setup->request->limits.wall_ms * 1000) {
            finish_at_limit(init, LIMIT_WALL);
        }
        if (now < next_look_us) continue;
        int crossed = look(init);
        if (crossed >= 0) finish_at_limit(init, crossed);
        next_look_us = now_us() + TICK_MS * 1000;
    }
}

// Moves the descriptors to 3, 4, 5 … and closes every other one, so that nothing of another box stays open here.
static int keep_only(int *const *descriptors, int count) {
    for (int index = 0; index < count; index++) {
        *descriptors[index] = fcntl(*descriptors[index], F_DUPFD_CLOEXEC, 256);
        if (*descriptors[index] < 0) return -1;
    }
    for (int index = 0; index < count; index++) {
        if (dup3(*descriptors[index], 3 + index, O_CLOEXEC) < 0) return -1;
        *descriptors[index] = 3 + index;
    }
    return close_range(3 + (unsigned)count, ~0u, 0);
}

static int open_children(void) {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &children, NULL) != 0) return -1;
    return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int say_ready(const struct init_setup *setup, const struct box *box) {
    struct parcel parcel = {.message = {.kind = MESSAGE_READY}};
    parcel.message.values[READY_LANDLOCK] = setup->landlock;
    parcel.message.values[READY_SYSCALLS] = (int64_t)setup->filter->allowed;
    parcel.message.values[READY_CGROUP] = setup->cgroup;
    parcel.message.values[READY_HIDEPID] = box->root.hides_processes;
    parcel.count = setup->request->listener_count;
    memcpy(parcel.descriptors, box->listeners, parcel.count * sizeof(int));
    int result = channel_send(setup->channel, &parcel, 0);
    for (size_t index = 0; index < parcel.count; index++) close(box->listeners[index]);
    return result;
}

_Noreturn void init_run(const struct init_setup *given) {
    struct init_setup setup = *given;
    struct box box;
    const char *failed = "";
    if (furnish(&box, &setup, &failed) != 0) fail(setup.channel, failed);

    struct init init = {.setup = &setup, .descriptors = {-1, -1, -1, -1}, .evidence = {.limit = -1}};
    if (account_open(&init.account, box.root.processes, setup.request->limits.memory) != 0) fail(setup.channel, "/proc");
    int children = open_children();
    if (children < 0) fail(setup.channel, "signalfd");
    // The listeners come last: they are closed once they are handed out.
    int *kept[6 + REQUEST_LISTENERS] = {&setup.channel,   &setup.standard_output,  &setup.standard_error,
                                        &box.root.scratch, &init.account.directory, &children};
    int count = 6;
    for (size_t index = 0; index < setup.request->listener_count; index++) kept[count++] = &box.listeners[index];
    if (keep_only(kept, count) != 0) fail(setup.channel, "close_range");
    init.descriptors[CHANNEL] = setup.channel;
    init.descriptors[CHILDREN] = children;
    init.scratch = box.root.scratch;
    if (say_ready(&setup, &box) != 0) _exit(1);
    serve(&init);
}
