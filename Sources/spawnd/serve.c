#include "init_state.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ahead.h"
#include "bare.h"
#include "beside.h"
#include "channel.h"
#include "collect.h"
#include "student.h"

// How often the processes are counted: nothing tells when a tree of processes crosses a limit.
// The first looks come sooner, so that a short run is seen at all.
enum { FIRST_TICK_US = 2500, TICK_US = 20000 };

enum { NOTICES_AT_ONCE = 64 };

static int64_t now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static bool is_full(int scratch) {
    struct statfs status;
    if (fstatfs(scratch, &status) != 0) return false;
    return (status.f_blocks > 0 && status.f_bavail == 0) || (status.f_files > 0 && status.f_ffree == 0);
}

// Looks at everything that is in use, and says which limit is crossed, or -1.
static int look(struct init *init, bool nobody) {
    const struct limits *limits = &init->request.limits;
    account_take(&init->account, nobody);
    if (init->bare) {
        // To walk through the folders is dear, to know later of a full disk is cheap.
        enum { LOOKS_PER_WALK = 4 };
        struct bare_usage usage;
        if (init->looks++ % LOOKS_PER_WALK == 0) {
            bare_measure(init->setup->base, limits, &usage);
            if (usage.bytes > limits->disk || usage.inodes > limits->inodes) return LIMIT_DISK;
        }
    } else if (is_full(init->root.scratch)) {
        init->evidence.disk_full = true;
    }
    if (init->account.ran_out_of_memory) return LIMIT_MEMORY;
    if (init->account.was_refused_tasks) return LIMIT_PROCESSES;
    if (init->account.memory > limits->memory) return LIMIT_MEMORY;
    if (!nobody && account_burdens_machine(&init->account)) return LIMIT_MEMORY;
    if (init->account.cpu_ns / 1000000 > limits->cpu_ms) return LIMIT_CPU;
    if (init->account.tasks > limits->processes) return LIMIT_PROCESSES;
    return -1;
}

static void note_exit(struct init *init, pid_t process, int status) {
    // A traced process stops, too; who is being ended needs no answer.
    if (process != init->student || WIFSTOPPED(status)) return;
    init->student = 0;
    init->evidence.ended = true;
    init->evidence.status = status;
    if (init->started_us != 0) init->evidence.wall_us = now_us() - init->started_us;
}

// Reaps who is dead already. Returns whether nobody is left: every process of the box is a child of init, or of one that
// is.
static bool is_alone(struct init *init) {
    int status;
    pid_t process;
    while ((process = waitpid(-1, &status, WNOHANG)) > 0) note_exit(init, process, status);
    return process < 0 && errno == ECHILD;
}

// Everything dies, and everything is reaped.
static void end_all(struct init *init, bool note) {
    int status;
    pid_t process;
    do {
        if (init->bare) family_strike(&init->family, NULL, 0);
        else kill(-1, SIGKILL);
        process = wait4(-1, &status, 0, NULL);
        while (process > 0) {
            if (note) note_exit(init, process, status);
            process = wait4(-1, &status, WNOHANG, NULL);
        }
    } while (process == 0 || errno == EINTR);
}

// Leaving takes the rest of a process namespace along; without one it is to be done by hand.
_Noreturn void leave(struct init *init) {
    if (init->bare) {
        end_all(init, false);
        bare_remove(init->setup->base);
    }
    _exit(1);
}

_Noreturn void fail(struct init *init, const char *step) {
    struct parcel parcel = {.message = {.kind = MESSAGE_FAILED, .code = (uint32_t)errno}};
    parcel.message.values[FAILED_BLANK] = !init->asked;
    message_set_text(&parcel.message, step);
    channel_send(init->setup->channel, &parcel, 0);
    leave(init);
}

static void note_disk(struct init *init) {
    struct statfs status;
    struct bare_usage usage = {0, 0};
    if (init->bare) {
        bare_measure(init->setup->base, &init->request.limits, &usage);
    } else if (fstatfs(init->root.scratch, &status) == 0) {
        usage.bytes = (uint64_t)(status.f_blocks - status.f_bfree) * (uint64_t)status.f_bsize;
        // The root of the tmpfs and what root.c makes in it do not count.
        enum { OURS = 1 + ROOT_WRITABLE };
        usage.inodes = (uint64_t)(status.f_files - status.f_ffree) - OURS;
        if (init->broker.shown != NULL) {
            usage.inodes--;
            usage.bytes -= (uint64_t)status.f_bsize;
        }
    }
    init->evidence.disk_bytes = usage.bytes;
    init->evidence.inodes = usage.inodes;
}

// The end: everything dies, everything is reaped, and spawnd hears how it was.
_Noreturn static void finish(struct init *init) {
    struct evidence *evidence = &init->evidence;
    bool itself = evidence->ended;
    bool nobody = itself && is_alone(init);
    if (init->started_us != 0) {
        int crossed = look(init, nobody);
        if (itself) evidence->left_running = init->account.processes;
        bool hidden = crossed == LIMIT_PROCESSES || init->account.ran_out_of_memory;
        if (itself && evidence->limit < 0 && hidden) evidence->limit = crossed;
        // A bomb's complaints fill the output, or its time is over, before init has had a turn to count.
        bool symptom = evidence->limit == LIMIT_OUTPUT || evidence->limit == LIMIT_WALL;
        if (!itself && symptom && crossed == LIMIT_PROCESSES) evidence->limit = crossed;
        if (!itself) evidence->wall_us = now_us() - init->started_us;
        note_disk(init);
    }
    if (!nobody) end_all(init, !itself);
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

    struct parcel parcel = {.message = verdict(evidence, &init->request.limits)};
    int collected = init->started_us != 0 ? collect_files(init->request.scratch, &init->request) : -1;
    if (collected >= 0) parcel.descriptors[parcel.count++] = collected;
    if (init->bare) bare_remove(init->setup->base);
    channel_send(init->setup->channel, &parcel, 0);
    // Who waits for the report is let in before the kernel takes all of this down.
    sched_yield();
    _exit(0);
}

_Noreturn void finish_at_limit(struct init *init, int limit) {
    init->evidence.limit = limit;
    finish(init);
}

// The program has been let go.
static void on_go(struct init *init) {
    uint64_t one;
    (void)!read(init->descriptors[GO], &one, sizeof one);
    close(init->descriptors[GO]);
    init->descriptors[GO] = -1;
    init->started_us = now_us();
    ahead_go(init);
}

static void on_channel(struct init *init) {
    struct parcel parcel;
    // spawnd is gone, and nobody is left to tell.
    if (channel_receive(init->setup->channel, &parcel, 0) != 1) leave(init);
    if (parcel.message.kind == MESSAGE_RUN) beside_run(init, &parcel);
    parcel_close(&parcel);
    if (parcel.message.kind == MESSAGE_USAGE) beside_tell_usage(init, parcel.message.values[ASKED_TOKEN]);
    if (parcel.message.kind == MESSAGE_GIVE) beside_give(init, &parcel.message);
    if (parcel.message.kind == MESSAGE_SIGNAL) beside_signal(init, (int)parcel.message.code);
    if (parcel.message.kind == MESSAGE_KILL) finish_at_limit(init, (int)parcel.message.code);
}

void on_status(struct init *init) {
    struct student_status status;
    int listener = -1;
    int heard = student_hear(init->descriptors[STATUS], &status, &listener);
    if (heard == 0) {
        close(init->descriptors[STATUS]);
        init->descriptors[STATUS] = -1;
    }
    if (heard <= 0) return;
    if (listener >= 0) init->descriptors[NOTICES] = listener;
    if (status.waits) ahead_load(init);
    if (status.problem == 0) return;
    if (!status.is_program) {
        errno = status.problem;
        fail(init, status.step);
    }
    init->evidence.not_started = status.problem;
    memcpy(init->evidence.text, status.step, sizeof status.step);
    finish(init);
}

// A sleep is answered. The caller of anything else waits in the kernel for an answer that never comes: it dies with the
// rest.
static bool take_notice(struct init *init) {
    struct seccomp_notif call;
    memset(&call, 0, sizeof call);
    if (ioctl(init->descriptors[NOTICES], SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
        if (errno == EINTR || errno == ENOENT) return true;
        close(init->descriptors[NOTICES]);
        init->descriptors[NOTICES] = -1;
        return false;
    }
    if (broker_takes(&init->broker, &call)) return true;
    if (init->bare && relay_takes(&init->relay, &call)) return true;
    filter_call_name(call.data.nr, init->evidence.text, sizeof init->evidence.text);
    init->evidence.forbidden = true;
    finish(init);
}

// Takes what there is, but not without end: a flood is not to keep init from its limits.
static void on_notices(struct init *init) {
    struct pollfd notices = {.fd = init->descriptors[NOTICES], .events = POLLIN};
    int left = NOTICES_AT_ONCE;
    while (left-- > 0 && poll(&notices, 1, 0) > 0) {
        if ((notices.revents & POLLIN) == 0) {
            // Nobody is left who could make a call.
            close(init->descriptors[NOTICES]);
            init->descriptors[NOTICES] = -1;
            init->broker.count = 0;
            return;
        }
        if (!take_notice(init)) return;
    }
    if (init->broker.count > 0) broker_look(&init->broker);
}

static void on_children(struct init *init) {
    struct signalfd_siginfo signal;
    (void)!read(init->descriptors[CHILDREN], &signal, sizeof signal);
    // A program that keeps making orphans that die must not keep init from looking at its limits.
    enum { AT_ONCE = 256 };
    for (int left = AT_ONCE; left > 0; left--) {
        int status;
        pid_t process = waitpid(-1, &status, WNOHANG);
        init->has_unreaped = process > 0;
        if (process <= 0) return;
        if (WIFSTOPPED(status)) {
            ahead_stopped(init, status);
            continue;
        }
        if (beside_ended(init, process, status)) continue;
        note_exit(init, process, status);
        if (!init->evidence.ended) continue;
        if (init->descriptors[STATUS] >= 0) on_status(init);
        finish(init);
    }
}

static int timeout_ms(const struct init *init, int64_t next_look_us) {
    if (init->has_unreaped) return 0;
    if (init->started_us == 0) return -1;
    int64_t deadline = init->started_us + (int64_t)init->request.limits.wall_ms * 1000;
    if (next_look_us < deadline) deadline = next_look_us;
    if (init->broker.count > 0 && init->broker.next_look_us < deadline) deadline = init->broker.next_look_us;
    int64_t left = deadline - now_us();
    return left <= 0 ? 0 : (int)(left / 1000) + 1;
}

_Noreturn void serve(struct init *init) {
    int64_t tick_us = FIRST_TICK_US, next_look_us = 0;
    for (;;) {
        struct pollfd polls[SOURCES];
        for (int source = 0; source < SOURCES; source++) {
            polls[source] = (struct pollfd){.fd = init->descriptors[source], .events = POLLIN};
        }
        int ready = poll(polls, SOURCES, timeout_ms(init, next_look_us));
        if (ready < 0 && errno != EINTR) fail(init, "poll");
        if (ready > 0) {
            // In this order: nothing of the program comes before its start, and the status tells of the listener before a forbidden call can be heard on it.
            if (polls[GO].revents) on_go(init);
            if (polls[STATUS].revents) on_status(init);
            if (polls[NOTICES].revents) on_notices(init);
            if (polls[CHILDREN].revents) on_children(init);
            if (polls[CHANNEL].revents) on_channel(init);
        }
        if (init->has_unreaped) on_children(init);
        if (init->started_us == 0) continue;
        int64_t now = now_us();
        if (init->broker.count > 0 && now >= init->broker.next_look_us) broker_look(&init->broker);
        if (next_look_us == 0) next_look_us = now + tick_us;
        if (now - init->started_us >= (int64_t)init->request.limits.wall_ms * 1000) {
            finish_at_limit(init, LIMIT_WALL);
        }
        if (now < next_look_us) continue;
        int crossed = look(init, false);
        if (crossed >= 0) finish_at_limit(init, crossed);
        if (tick_us < TICK_US) tick_us *= 2;
        next_look_us = now_us() + tick_us;
    }
}
