#include "boxes.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init.h"
#include "privileges.h"

// How long a box may take beyond what init grants, in milliseconds, before spawnd itself kills it.
enum { SET_UP_MS = 20000, GRACE_MS = 2000, KILL_MS = 1000 };

// A descriptor of a box that epoll watches.
struct watch {
    struct entry *entry;
    bool is_process;
};

struct entry {
    struct entry *next;
    uint64_t id;
    pid_t process;
    int handle;  // pidfd of init
    int channel; // -1 once init has closed it
    uint64_t wall_ms;
    int64_t deadline_ms;
    int limit;      // the limit that spawnd ended it for, or -1
    bool said_ready;
    bool reported;
    struct message report;
    struct watch process_watch, channel_watch;
};

static struct entry *entries = NULL;

static int64_t now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void say(const struct workshop *workshop, uint64_t id, struct message message) {
    struct parcel parcel = {.message = message};
    parcel.message.box = id;
    channel_send(workshop->control, &parcel, 0);
}

static void say_failed(const struct workshop *workshop, uint64_t id, int problem, const char *step) {
    struct message message = {.kind = MESSAGE_FAILED, .code = (uint32_t)problem};
    message_set_text(&message, step);
    say(workshop, id, message);
}

static struct entry *find(uint64_t id) {
    for (struct entry *entry = entries; entry != NULL; entry = entry->next) {
        if (entry->id == id) return entry;
    }
    return NULL;
}

static int watch(const struct workshop *workshop, int descriptor, struct watch *watch) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = watch};
    return epoll_ctl(workshop->events, EPOLL_CTL_ADD, descriptor, &event);
}

// A copy of this process as process 1 of new namespaces. Returns as fork does.
static pid_t clone_box(int *handle) {
    struct clone_args arguments = {
        .flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                 CLONE_NEWCGROUP | CLONE_PIDFD,
        .pidfd = (uint64_t)(uintptr_t)handle,
        .exit_signal = SIGCHLD,
    };
    return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

// Starts the box's init. Returns 0, or -1 with errno set and `*failed` naming the step.
static int spawn(struct workshop *workshop, struct entry *entry, struct request *request, const struct parcel *parcel,
                 const char **failed) {
    // Too large for the stack of a process that is to stay small; a launch is over before the next one begins.
    static struct tree_list trees;
    trees.count = 0;
    int channel[2];
    *failed = "socketpair";
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0) return -1;
    int result = 0;
    if (privileges_held()) {
        privileges_raise(true);
        result = trees_open(&trees, request->trees, request->tree_count, failed);
        privileges_raise(false);
    }
    if (result == 0) {
        *failed = "clone3 with new namespaces";
        entry->process = clone_box(&entry->handle);
        if (entry->process < 0) result = -1;
    }
    if (result == 0 && entry->process == 0) {
        const struct init_setup setup = {
            .channel = channel[1],
            .standard_output = parcel->descriptors[1],
            .standard_error = parcel->descriptors[2],
            .request = request,
            .trees = &trees,
            .filter = &workshop->filter,
            .landlock = workshop->landlock,
            .cgroup = workshop->cgroup,
            .uid = getuid(),
            .gid = getgid(),
        };
        close(channel[0]);
        close(workshop->control);
        init_run(&setup);
    }
    int problem = errno;
    close(channel[1]);
    if (result == 0) entry->channel = channel[0];
    else close(channel[0]);
    trees_close(&trees);
    errno = problem;
    return result;
}

static struct entry *launch(struct workshop *workshop, struct parcel *parcel, const char **failed) {
    struct request request;
    *failed = "the request";
    if (parcel->count != 3) {
        errno = EPROTO;
        return NULL;
    }
    if (request_read(&request, parcel->descriptors[0]) != 0) return NULL;
    struct entry *entry = calloc(1, sizeof *entry);
    int result = entry == NULL ? -1 : spawn(workshop, entry, &request, parcel, failed);
    int problem = errno;
    if (entry != NULL) entry->wall_ms = request.limits.wall_ms;
    request_release(&request);
    errno = problem;
    if (result == 0) return entry;
    free(entry);
    return NULL;
}

void boxes_launch(struct workshop *workshop, struct parcel *parcel) {
    uint64_t id = parcel->message.box;
    if (workshop->filter_problem != NULL) {
        say_failed(workshop, id, workshop->filter_error, workshop->filter_problem);
        parcel_close(parcel);
        return;
    }
    const char *failed = "";
    struct entry *entry = launch(workshop, parcel, &failed);
    if (entry == NULL) {
        say_failed(workshop, id, errno, failed);
        parcel_close(parcel);
        return;
    }
    parcel_close(parcel);
    entry->id = id;
    entry->limit = -1;
    entry->deadline_ms = now_ms() + SET_UP_MS;
    entry->process_watch = (struct watch){.entry = entry, .is_process = true};
    entry->channel_watch = (struct watch){.entry = entry};
    entry->next = entries;
    entries = entry;
    watch(workshop, entry->channel, &entry->channel_watch);
    watch(workshop, entry->handle, &entry->process_watch);
}

void boxes_pass(struct workshop *workshop, const struct parcel *parcel) {
    (void)workshop;
    struct entry *entry = find(parcel->message.box);
    if (entry == NULL || entry->channel < 0) return;  // it has just ended: its report is on the way
    struct parcel passed = {.message = parcel->message};
    if (parcel->message.kind == MESSAGE_START) {
        entry->deadline_ms = now_ms() + (int64_t)entry->wall_ms + GRACE_MS;
    } else {
        if (entry->limit < 0) entry->limit = (int)parcel->message.code;
        entry->deadline_ms = now_ms() + KILL_MS;
    }
    channel_send(entry->channel, &passed, MSG_DONTWAIT);
}

// Takes what init has said. Its report waits until the box is gone.
static void hear(struct workshop *workshop, struct entry *entry) {
    struct parcel parcel;
    while (entry->channel >= 0) {
        int result = channel_receive(entry->channel, &parcel, MSG_DONTWAIT);
        if (result < 0 && errno == EAGAIN) return;
        if (result != 1) {
            close(entry->channel);
            entry->channel = -1;
            return;
        }
        if (parcel.message.kind == MESSAGE_READY) {
            entry->said_ready = true;
            entry->deadline_ms = INT64_MAX;
            parcel.message.box = entry->id;
            channel_send(workshop->control, &parcel, 0);
        } else {
            entry->reported = true;
            entry->report = parcel.message;
        }
        parcel_close(&parcel);
    }
}

static void remove_entry(struct entry *gone) {
    for (struct entry **link = &entries; *link != NULL; link = &(*link)->next) {
        if (*link != gone) continue;
        *link = gone->next;
        break;
    }
    if (gone->channel >= 0) close(gone->channel);
    close(gone->handle);
    free(gone);
}

// Init is dead, and with it every process of its namespace.
static void bury(struct workshop *workshop, struct entry *entry) {
    hear(workshop, entry);
    waitpid(entry->process, NULL, 0);
    if (entry->reported) {
        say(workshop, entry->id, entry->report);
    } else if (!entry->said_ready) {
        say_failed(workshop, entry->id, ETIMEDOUT, "setting up the box");
    } else {
        struct message message = {.kind = MESSAGE_ENDED, .code = ENDING_BROKEN};
        if (entry->limit >= 0) {
            message.code = ENDING_LIMIT;
            message.values[ENDED_DETAIL] = entry->limit;
        }
        say(workshop, entry->id, message);
    }
    remove_entry(entry);
}

void boxes_event(struct workshop *workshop, void *data) {
    struct watch *watch = data;
    if (watch->is_process) bury(workshop, watch->entry);
    else hear(workshop, watch->entry);
}

int boxes_timeout(void) {
    int64_t first = INT64_MAX;
    for (struct entry *entry = entries; entry != NULL; entry = entry->next) {
        if (entry->deadline_ms < first) first = entry->deadline_ms;
    }
    if (first == INT64_MAX) return -1;
    int64_t left = first - now_ms();
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

void boxes_enforce(void) {
    int64_t now = now_ms();
    for (struct entry *entry = entries; entry != NULL; entry = entry->next) {
        if (entry->deadline_ms > now) continue;
        if (entry->limit < 0 && entry->said_ready) entry->limit = LIMIT_WALL;
        entry->deadline_ms = INT64_MAX;
        pidfd_send_signal(entry->handle, SIGKILL, NULL, 0);
    }
}

void boxes_end(void) {
    for (struct entry *entry = entries; entry != NULL; entry = entry->next) {
        pidfd_send_signal(entry->handle, SIGKILL, NULL, 0);
    }
    while (entries != NULL) {
        waitpid(entries->process, NULL, 0);
        remove_entry(entries);
    }
}
