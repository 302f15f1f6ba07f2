#include "boxes.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bare.h"
#include "clone.h"
#include "family.h"
#include "group_pool.h"
#include "init.h"
#include "lodging.h"
#include "privileges.h"
#include "processors.h"
#include "request.h"
#include "shape.h"

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
    struct cgroup group;
    int channel; // -1 once init has closed it
    int64_t wall_ms;
    int64_t deadline_ms;
    int limit;      // the limit that spawnd ended it for, or -1
    bool is_space;
    bool said_ready;  // from then on the library, too, listens to a box's init
    bool grouped;         // the group, if there is one, was given to init
    bool shaped;          // furnished like the last request, but for its files
    unsigned omitted;     // bits of enum omission
    char base[BARE_BASE]; // of the folders of a box without namespaces, else empty
    bool reported; // init has said how it ended, or spawnd has decided
    bool said;     // and the library knows
    struct message report;
    struct watch process_watch, channel_watch;
};

static struct entry *entries = NULL;

// A blank box, made while nothing else is to do, for the next launch.
static struct entry *spare = NULL;

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

static struct message failure(int problem, const char *step) {
    struct message message = {.kind = MESSAGE_FAILED, .code = (uint32_t)problem};
    message_set_text(&message, step);
    return message;
}

static void say_failed(const struct workshop *workshop, uint64_t id, int problem, const char *step) {
    say(workshop, id, failure(problem, step));
}

static struct entry *find(uint64_t id) {
    for (struct entry *entry = entries; entry != NULL; entry = entry->next) {
        if (entry->id == id) return entry;
    }
    return NULL;
}

// Closing alone would not do: a box that is being made has a copy of the descriptor for a moment, and as long as it has,
// epoll would go on telling of an entry that is no more.
static void unwatch(const struct workshop *workshop, int descriptor) {
    epoll_ctl(workshop->events, EPOLL_CTL_DEL, descriptor, NULL);
    close(descriptor);
}

static int watch(const struct workshop *workshop, int descriptor, struct watch *watch) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = watch};
    return epoll_ctl(workshop->events, EPOLL_CTL_ADD, descriptor, &event);
}

// Starts the init of a blank box and lists it. Returns NULL with errno set and `*failed` naming the step.
// `lodging` is NULL for a box with a network of its own.
static struct entry *make_blank(struct workshop *workshop, unsigned omitted, const struct lodging *lodging,
                                const char **failed) {
    *failed = "calloc";
    struct entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL) return NULL;
    int channel[2];
    bool bare = (omitted & OMIT_NAMESPACES) != 0;
    entry->omitted = omitted;
    *failed = "socketpair";
    if ((bare && bare_name(entry->base) != 0) || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0) {
        free(entry);
        return NULL;
    }
    bool is_space = lodging != NULL && lodging->is_space;
    entry->is_space = is_space;
    static const struct cgroup none = {.folders = {-1, -1, -1}};
    entry->group = none;
    // Before there is a box: with a processor to itself each, its two processes run beside one another, not one after
    // the other.
    if ((omitted & OMIT_GROUP) == 0 && !is_space) group_pool_take(&entry->group, &workshop->home);
    *failed = bare ? "clone" : "clone3 with new namespaces";
    entry->process = lodging != NULL ? lodging_clone(lodging, &entry->handle) : clone_box(bare, &entry->handle);
    if (entry->process == 0) {
        // Nothing of spawnd's or of another box's stays open here.
        if (clone_keep_only(channel[1]) != 0) _exit(1);
        if (is_space) space_run(INIT_CHANNEL, workshop->uid, workshop->gid);
        enum { BOX_ID = 1000 }; // what a student's box sees itself as; never 0
        const struct init_setup setup = {
            .channel = INIT_CHANNEL,
            .filter = &workshop->filter,
            .landlock = (omitted & OMIT_LANDLOCK) != 0 ? 0 : workshop->landlock,
            .omitted = omitted,
            .base = entry->base,
            .uid = workshop->uid,
            .gid = workshop->gid,
            .shown_uid = lodging != NULL ? lodging->shown_uid : BOX_ID,
            .shown_gid = lodging != NULL ? lodging->shown_gid : BOX_ID,
            .listens = workshop->listens,
            .shares_network = lodging != NULL,
        };
        init_run(&setup);
    }
    int problem = errno;
    close(channel[1]);
    if (entry->process < 0) {
        close(channel[0]);
        group_pool_return(&entry->group, &workshop->home);
        free(entry);
        errno = problem;
        return NULL;
    }
    processors_begin_elsewhere(entry->process);
    entry->channel = channel[0];
    entry->limit = -1;
    entry->deadline_ms = INT64_MAX;
    entry->process_watch = (struct watch){.entry = entry, .is_process = true};
    entry->channel_watch = (struct watch){.entry = entry};
    entry->next = entries;
    entries = entry;
    watch(workshop, entry->channel, &entry->channel_watch);
    watch(workshop, entry->handle, &entry->process_watch);
    return entry;
}

static int give_group(struct entry *entry) {
    if (entry->grouped) return 0;
    struct parcel parcel = {.message = {.kind = MESSAGE_GROUP, .code = entry->group.version}};
    for (int controller = 0; controller < CGROUP_CONTROLLERS; controller++) {
        int folder = entry->group.folders[controller];
        if (folder >= 0) parcel.descriptors[parcel.count++] = folder;
    }
    entry->grouped = true;
    return channel_send(entry->channel, &parcel, MSG_DONTWAIT);
}

void boxes_prepare(struct workshop *workshop) {
    const char *failed;
    if (spare != NULL || workshop->filter_problem != NULL) return;
    spare = make_blank(workshop, 0, NULL, &failed);
    if (spare == NULL) return;
    bool grouped = give_group(spare) == 0;
    if (grouped && !workshop->shape_is_common) return;
    struct parcel parcel = {.message = {.kind = MESSAGE_SHAPE}, .descriptors = {workshop->shape_memory}, .count = 1};
    spare->shaped = grouped && shape_send_trees(spare->channel, &workshop->shape, &failed) == 0 &&
                    channel_send(spare->channel, &parcel, 0) == 0;
    if (spare->shaped) return;
    // It may have got some of its trees.
    pidfd_send_signal(spare->handle, SIGKILL, NULL, 0);
    spare = NULL;
}

static int launch(struct entry *entry, const struct request *request, const struct parcel *parcel,
                  const char **failed) {
    bool bare = (entry->omitted & OMIT_NAMESPACES) != 0;
    if (!bare && !entry->shaped && shape_send_trees(entry->channel, request, failed) != 0) return -1;
    *failed = "init";
    if (channel_send(entry->channel, parcel, MSG_DONTWAIT) != 0 || give_group(entry) != 0) return -1;
    // In time: no program is let go before this process has passed on that its box is ready.
    *failed = "limits of the control group";
    return entry->group.version == CGROUP_NONE || cgroup_limit(&entry->group, &request->limits) ? 0 : -1;
}

// Keeps the shape that was asked for last. The request's mapping is kept or given back.
static void remember(struct workshop *workshop, struct request *request, int memory) {
    workshop->shape_is_common = workshop->shape_memory >= 0 && shape_equal(request, &workshop->shape);
    if (workshop->shape_is_common) {
        request_release(request);
        return;
    }
    if (workshop->shape_memory >= 0) {
        close(workshop->shape_memory);
        request_release(&workshop->shape);
    }
    workshop->shape = *request;
    workshop->shape_memory = fcntl(memory, F_DUPFD_CLOEXEC, 0);
    if (workshop->shape_memory < 0) request_release(&workshop->shape);
}

// The blank box, if there is one and it is of the right shape.
static struct entry *take_spare(const struct workshop *workshop, const struct request *request) {
    struct entry *entry = spare;
    spare = NULL;
    if (entry == NULL || !entry->shaped || shape_equal(request, &workshop->shape)) return entry;
    pidfd_send_signal(entry->handle, SIGKILL, NULL, 0);
    return NULL;
}

void boxes_space(struct workshop *workshop, struct parcel *parcel) {
    const struct lodging space = {.is_space = true};
    const char *failed = "";
    struct entry *entry = make_blank(workshop, 0, &space, &failed);
    if (entry == NULL) {
        struct message message = failure(errno, failed);
        message.values[FAILED_BLANK] = 1;
        say(workshop, parcel->message.box, message);
    } else {
        entry->id = parcel->message.box;
        entry->deadline_ms = now_ms() + SET_UP_MS;
        channel_send(entry->channel, parcel, MSG_DONTWAIT);
    }
    parcel_close(parcel);
}

void boxes_launch(struct workshop *workshop, struct parcel *parcel) {
    const char *failed = workshop->filter_problem;
    struct entry *entry = NULL;
    static struct request request;
    unsigned omitted = (unsigned)parcel->message.values[LAUNCH_OMITTED];
    errno = is_launch(parcel) ? workshop->filter_error : EPROTO;
    if (!is_launch(parcel) || (failed == NULL && request_read(&request, parcel->descriptors[0]) != 0)) {
        say_failed(workshop, parcel->message.box, errno, "the request");
        parcel_close(parcel);
        return;
    }
    bool shares = parcel->message.values[LAUNCH_SHARED] != 0;
    struct lodging lodging = {.users = -1, .network = -1};
    if (failed == NULL) {
        if (shares) {
            failed = "the request";
            errno = EPROTO;
            if (lodging_take(&lodging, parcel, &request)) entry = make_blank(workshop, omitted, &lodging, &failed);
        } else {
            if (omitted == 0) entry = take_spare(workshop, &request);
            if (entry == NULL) entry = make_blank(workshop, omitted, NULL, &failed);
        }
    }
    lodging_leave(&lodging);
    if (entry == NULL) {
        struct message message = failure(errno, failed);
        message.values[FAILED_BLANK] = 1;
        say(workshop, parcel->message.box, message);
    } else {
        entry->id = parcel->message.box;
        entry->wall_ms = parcel->message.values[LAUNCH_WALL_MS];
        entry->deadline_ms = now_ms() + SET_UP_MS;
        // EPIPE: init is gone, and has said why or will be found dead.
        if (launch(entry, &request, parcel, &failed) != 0 && errno != EPIPE && !entry->reported) {
            entry->reported = true;
            entry->report = failure(errno, failed);
            pidfd_send_signal(entry->handle, SIGKILL, NULL, 0);
        }
    }
    if (omitted == 0 && !shares) remember(workshop, &request, parcel->descriptors[0]);
    else request_release(&request);
    parcel_close(parcel);
}

void boxes_pass(struct workshop *workshop, const struct parcel *parcel) {
    (void)workshop;
    struct entry *entry = find(parcel->message.box);
    if (entry == NULL || entry->channel < 0) return;  // it has just ended: its report is on the way
    struct parcel passed = {.message = parcel->message, .count = parcel->count};
    memcpy(passed.descriptors, parcel->descriptors, parcel->count * sizeof *parcel->descriptors);
    if (parcel->message.kind == MESSAGE_START) {
        entry->deadline_ms = now_ms() + entry->wall_ms + GRACE_MS;
        return;
    }
    if (parcel->message.kind == MESSAGE_KILL) {
        if (entry->limit < 0) entry->limit = (int)parcel->message.code;
        entry->deadline_ms = now_ms() + KILL_MS;
    }
    channel_send(entry->channel, &passed, MSG_DONTWAIT);
}

// What init says from here on is for the library, which hears it without a way round. What the library has not heard when
// init is dead is passed on.
static void share_channel(const struct workshop *workshop, const struct entry *entry, struct parcel *ready) {
    epoll_ctl(workshop->events, EPOLL_CTL_DEL, entry->channel, NULL);
    ready->descriptors[ready->count++] = entry->channel;
    channel_send(workshop->control, ready, 0);
    ready->count--;
}

// Takes what init has said. Its report is passed on at once: every process of the box but init itself is gone by then.
static void hear(struct workshop *workshop, struct entry *entry) {
    struct parcel parcel;
    while (entry->channel >= 0) {
        int result = channel_receive(entry->channel, &parcel, MSG_DONTWAIT);
        if (result < 0 && errno == EAGAIN) return;
        if (result != 1) {
            unwatch(workshop, entry->channel);
            entry->channel = -1;
            return;
        }
        if (parcel.message.kind == MESSAGE_READY) {
            entry->said_ready = true;
            if (parcel.message.values[READY_NOTICES] != 0) workshop->listens = true;
            entry->deadline_ms = INT64_MAX;
            parcel.message.box = entry->id;
            if (entry->is_space) channel_send(workshop->control, &parcel, 0);
            else share_channel(workshop, entry, &parcel);
        } else if (parcel.message.kind == MESSAGE_GIVEN || parcel.message.kind == MESSAGE_RAN ||
                   parcel.message.kind == MESSAGE_USED) {
            parcel.message.box = entry->id;
            channel_send(workshop->control, &parcel, 0);
        } else if (!entry->reported) {
            entry->reported = true;
            entry->report = parcel.message;
            // A failure may come from a blank box: then it is about nobody yet.
            if (entry->id != 0) {
                parcel.message.box = entry->id;
                channel_send(workshop->control, &parcel, 0);
                entry->said = true;
            }
        }
        parcel_close(&parcel);
    }
}

static void remove_entry(const struct workshop *workshop, struct entry *gone) {
    for (struct entry **link = &entries; *link != NULL; link = &(*link)->next) {
        if (*link != gone) continue;
        *link = gone->next;
        break;
    }
    group_pool_return(&gone->group, &workshop->home);
    if (gone->channel >= 0) unwatch(workshop, gone->channel);
    unwatch(workshop, gone->handle);
    free(gone);
}

// Without a namespace init ends its family itself. Where it could not, because it was killed, the family is spawnd's.
static void adopt_and_end(const struct entry *entry) {
    static struct family family;
    static pid_t spared[4096];
    size_t count = 0;
    for (const struct entry *other = entries; other != NULL && count < sizeof spared / sizeof *spared; other = other->next) {
        if (other != entry) spared[count++] = other->process;
    }
    family = (struct family){.processes = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .head = getpid()};
    while (family.processes >= 0 && family_strike(&family, spared, count) > 0) {
        for (size_t index = 0; index < family.count; index++) waitpid(family.members[index], NULL, 0);
    }
    if (family.processes >= 0) close(family.processes);
    bare_remove(entry->base);
}

// Init is dead, and with it every process of its namespace.
static void bury(struct workshop *workshop, struct entry *entry) {
    hear(workshop, entry);
    int status = 0;
    waitpid(entry->process, &status, 0);
    // With this it leaves after its report only.
    bool has_reported = entry->said_ready && !entry->is_space && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if ((entry->omitted & OMIT_NAMESPACES) != 0) adopt_and_end(entry);
    if (entry == spare) spare = NULL;
    if (has_reported) workshop->wants_spare = true;
    if (entry->said || entry->id == 0 || (has_reported && !entry->reported)) {
        remove_entry(workshop, entry);
        return;
    }
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
    remove_entry(workshop, entry);
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

void boxes_end(const struct workshop *workshop) {
    for (struct entry *entry = entries; entry != NULL; entry = entry->next) {
        pidfd_send_signal(entry->handle, SIGKILL, NULL, 0);
    }
    while (entries != NULL) {
        waitpid(entries->process, NULL, 0);
        if ((entries->omitted & OMIT_NAMESPACES) != 0) adopt_and_end(entries);
        remove_entry(workshop, entries);
    }
    group_pool_empty(&workshop->home);
}
