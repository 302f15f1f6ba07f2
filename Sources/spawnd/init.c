#include "init_state.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bare.h"
#include "channel.h"
#include "container.h"
#include "furnish.h"
#include "network.h"
#include "processors.h"
#include "shown_clock.h"
#include "student.h"

static int open_children(void) {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &children, NULL) != 0) return -1;
    return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

// The process that the program will be, confined but for what the request decides.
static void fork_student(struct init *init) {
    int status[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, status) != 0) fail(init, "socketpair");
    init->descriptors[GO] = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
    if (init->descriptors[GO] < 0) fail(init, "eventfd");
    init->student = fork();
    if (init->student < 0) fail(init, "fork");
    if (init->student == 0) student_run(status[1], init->descriptors[GO], init->setup);
    processors_begin_elsewhere(init->student);
    close(status[1]);
    init->descriptors[STATUS] = status[0];
}

// The mount of the /tmp that a box before had, or -1.
static int take_kept(const struct init *init, struct parcel *parcel) {
    bool has = !init->setup->shares_network && parcel->message.values[LAUNCH_KEPT] != 0;
    return has ? parcel->descriptors[--parcel->count] : -1;
}

// What nobody but init may have is taken out before the parcel goes on to the student.
static void take_clock(struct init *init, struct parcel *parcel) {
    if (init->setup->shares_network || parcel->count < LAUNCH_DESCRIPTORS_VIRTUAL) return;
    int memory = parcel->descriptors[--parcel->count];
    init->clock = box_clock_map(memory, 1);
    close(memory);
    if (init->clock == NULL) fail(init, "the clock");
}

// Enters the network that the student has made, and forbids others.
static void await_network(struct init *init) {
    struct pollfd made = {.fd = init->descriptors[STATUS], .events = POLLIN};
    while (poll(&made, 1, -1) < 0 && errno == EINTR) {}
    struct student_status status = {.problem = ECHILD, .step = "the process that makes the network"};
    int network = -1;
    (void)student_hear(init->descriptors[STATUS], &status, &network);
    // Whatever was asked for, no other box would get one.
    if (network < 0) init->asked = false;
    errno = status.problem;
    if (network < 0) fail(init, status.step);
    if (setns(network, CLONE_NEWNET) != 0) fail(init, "setns");
    close(network);
}

// The student says that it is confined, and sends the listener of its filter, before anything is asked of it.
static void await_confinement(struct init *init) {
    struct pollfd confined = {.fd = init->descriptors[STATUS], .events = POLLIN};
    while (poll(&confined, 1, -1) < 0 && errno == EINTR) {}
    on_status(init);
    if (init->descriptors[NOTICES] >= 0) {
        bool sleeps = (init->setup->omitted & OMIT_SECCOMP) == 0;
        if (!sleeps) init->clock = NULL;
        init->relay.notices = init->descriptors[NOTICES];
        broker_open(&init->broker, init->descriptors[NOTICES], init->clock, init->root.processes,
                    init->bare ? &init->family : NULL);
    } else {
        init->clock = NULL;
    }
}

// Furnishes the box like the request, but for its files.
static void take_shape(struct init *init, const struct request *request, struct tree_list *trees) {
    const char *failed = "";
    for (size_t index = 0; index < trees->count; index++) {
        if (trees->trees[index].index >= request->tree_count) fail(init, "a tree");
        trees->trees[index].path = request->trees[trees->trees[index].index];
    }
    if (furnish_shape(&init->root, request, trees, &failed) != 0) fail(init, failed);
    if (!init->setup->shares_network) {
        await_network(init);
        if (network_raise(&failed) != 0) fail(init, failed);
    }
    if (network_listen(request->listeners, request->listener_count, init->listeners, &failed) != 0) fail(init, failed);
    init->shaped = true;
}

static void take_shape_ahead(struct init *init, struct parcel *parcel, struct tree_list *trees) {
    static struct request request;
    init->asked = true;
    if (parcel->count != 1 || request_read(&request, parcel->descriptors[0]) != 0) fail(init, "the request");
    parcel_close(parcel);
    take_shape(init, &request, trees);
    if (root_take_old_away(&init->root) != 0) fail(init, "taking the old root away");
    request_release(&request);
}

static void send_order(const struct init *init, enum student_order order, struct parcel *parcel) {
    parcel->message.kind = order;
    channel_send(init->descriptors[STATUS], parcel, 0);
}

// The student comes into the group, init stays outside.
static void take_group(struct init *init, struct parcel *parcel) {
    init->grouped = true;
    init->group = cgroup_taken(parcel->message.code, parcel->descriptors, parcel->count);
    if (init->group.version == CGROUP_2 && !cgroup_put(&init->group, init->student)) fail(init, "the control group");
    send_order(init, STUDENT_ENTER, parcel);
}

// It comes right after the request.
static void await_group(struct init *init) {
    struct parcel parcel;
    if (channel_receive(init->setup->channel, &parcel, 0) != 1) leave(init);
    if (parcel.message.kind == MESSAGE_KILL) finish_at_limit(init, (int)parcel.message.code);
    take_group(init, &parcel);
}

// Waits for the request, and for the trees that come before it.
static void await_request(struct init *init, struct parcel *parcel, struct tree_list *trees) {
    for (;;) {
        if (channel_receive(init->setup->channel, parcel, 0) != 1) leave(init);
        const struct message *message = &parcel->message;
        if (message->kind == MESSAGE_LAUNCH && is_launch(parcel)) return;
        if (message->kind == MESSAGE_KILL) finish_at_limit(init, (int)message->code);
        if (message->kind == MESSAGE_GROUP) take_group(init, parcel);
        if (message->kind == MESSAGE_SHAPE && !init->shaped) take_shape_ahead(init, parcel, trees);
        if (message->kind != MESSAGE_TREE || trees->count == TREE_LIMIT) continue;
        struct tree *tree = &trees->trees[trees->count++];
        *tree = (struct tree){.kind = message->code, .mount = parcel->count > 0 ? parcel->descriptors[0] : -1};
        tree->index = (size_t)message->values[0];
        if (tree->kind == TREE_SYMLINK) tree->target = strdup(message->text);
    }
}

static void say_ready(struct init *init, bool listens) {
    struct parcel parcel = {.message = {.kind = MESSAGE_READY}, .count = init->request.listener_count};
    parcel.message.values[READY_OMITTED] = init->setup->omitted;
    parcel.message.values[READY_LANDLOCK] = init->setup->landlock;
    parcel.message.values[READY_SYSCALLS] = (int64_t)init->setup->filter->allowed;
    parcel.message.values[READY_HIDEPID] = init->root.hides_processes;
    parcel.message.values[READY_CGROUP] = init->group.version;
    parcel.message.values[READY_NOTICES] = listens;
    parcel.message.values[READY_VIRTUAL_TIME] = init->clock != NULL;
    memcpy(parcel.descriptors, init->listeners, parcel.count * sizeof(int));
    parcel.descriptors[parcel.count++] = init->descriptors[GO];
    if (channel_send(init->setup->channel, &parcel, 0) != 0) leave(init);
    parcel.count--;
    parcel_close(&parcel);
}

_Noreturn void init_run(const struct init_setup *setup) {
    // Too large for the stack, and there is only one.
    static struct tree_list trees;
    static struct init init;
    const char *failed = "";
    // Not the whole of it: most of its pages need never be touched.
    init.setup = setup;
    processors_allow_all();
    init.evidence.limit = -1;
    for (int source = 0; source < SOURCES; source++) init.descriptors[source] = source == CHANNEL ? setup->channel : -1;
    init.bare = (setup->omitted & OMIT_NAMESPACES) != 0;
    if (init.bare && furnish_bare(&init.root, &failed) != 0) fail(&init, failed);
    init.descriptors[CHILDREN] = open_children();
    if (init.descriptors[CHILDREN] < 0) fail(&init, "signalfd");
    // As early as can be: to make a network takes longer than anything else.
    fork_student(&init);
    if (!init.bare) {
        if (furnish_blank(setup, &failed) != 0) fail(&init, failed);
        if (root_begin(&init.root, &failed) != 0) fail(&init, failed);
    }
    init.family.processes = init.root.processes;
    init.family.head = getpid();

    struct parcel parcel;
    await_request(&init, &parcel, &trees);
    init.asked = true;
    init.root.kept = take_kept(&init, &parcel);
    take_clock(&init, &parcel);
    int folders[MESSAGE_DESCRIPTORS];
    size_t folder_count = 0;
    if (setup->shares_network) folder_count = container_take_folders(&parcel, folders);
    if (request_read(&init.request, parcel.descriptors[0]) != 0) fail(&init, "the request");
    if (!init.grouped) await_group(&init);
    if (init.bare && bare_relocate(&init.request, setup->base) != 0) fail(&init, "the request");
    if (init.bare) {
        if (relay_listen(&init.relay, &init.request, init.listeners, &failed) != 0) fail(&init, failed);
        if (bare_furnish(setup->base, &init.request, &failed) != 0) fail(&init, failed);
    } else {
        if (!init.shaped) take_shape(&init, &init.request, &trees);
        bool contains = init.request.container.is_container;
        if (contains != setup->shares_network || folder_count != init.request.container.folder_count) {
            errno = EPROTO;
            fail(&init, "the request");
        }
        // Before the root is made read-only.
        if (!contains && init.clock != NULL) {
            init.broker.shown = shown_clock_open(&init.root);
            if (init.broker.shown == NULL) fail(&init, "the clock's file");
        }
        int filled = contains ? container_fill(&init.request, folders, &failed)
                              : root_fill(&init.root, &init.request, &failed);
        if (filled != 0) fail(&init, failed);
    }
    struct family *family = init.bare ? &init.family : NULL;
    // Nobody waits for more than is needed: not the student for an order, nor for its last word who waits for the box.
    bool is_early = setup->listens && !init.bare && (setup->omitted & OMIT_SECCOMP) == 0;
    if (is_early) say_ready(&init, true);
    send_order(&init, STUDENT_PREPARE, &parcel);
    if (root_take_old_away(&init.root) != 0) fail(&init, "taking the old root away");
    parcel_close(&parcel);
    send_order(&init, STUDENT_COMPLETE, &parcel);
    if (account_open(&init.account, &init.root, &init.group, family, &init.request.limits) != 0) {
        fail(&init, "/proc");
    }
    await_confinement(&init);
    bool listens = init.descriptors[NOTICES] >= 0;
    if (!is_early) say_ready(&init, listens);
    errno = ENOTSUP;
    if (is_early && !listens) fail(&init, "a seccomp listener");
    serve(&init);
}
