#include "student.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bare.h"
#include "channel.h"
#include "family.h"
#include "landlock.h"
#include "network.h"
#include "privileges.h"
#include "processors.h"
#include "request.h"
#include "root.h"

// What stays open besides the standard ones, until execve closes it: the socket to init, and the eventfd.
enum { INIT = 3, GO = 4, ASIDE = 64 };

static void report(int problem, int is_program, const char *step, int descriptor) {
    struct student_status status = {.problem = problem, .is_program = is_program};
    strncpy(status.step, step, sizeof status.step - 1);
    student_say(INIT, status, descriptor);
}

_Noreturn static void fail(const char *step) {
    report(errno, 0, step, -1);
    _exit(127);
}

// What the machine's own limit is below is left there: nobody but root may raise it (sudo, for one, gives no core files).
static int limit(int resource, rlim_t soft, rlim_t hard) {
    struct rlimit value;
    if (getrlimit(resource, &value) != 0) return -1;
    if (hard < value.rlim_max) value.rlim_max = hard;
    value.rlim_cur = soft < value.rlim_max ? soft : value.rlim_max;
    return setrlimit(resource, &value);
}

static int set_limits(const struct limits *limits, bool bare) {
    rlim_t cpu = limits->cpu_ms / 1000 + 1;
    // The poll of init names the limit on memory; this one stops a single process that outruns the poll.
    rlim_t data = 2 * limits->memory + (512u << 20);
    // Init ends a run that goes beyond the limit. Were this the limit itself, a fork bomb would end of refused forks,
    // and nobody would know why; so there is room for as many as a bomb makes until init, on a busy machine, looks.
    enum { ROOM = 2048 };
    rlim_t tasks = limits->processes + ROOM;
    if (bare) {
        // Here it counts whatever the user has, other boxes included, and those that are yet to come: several hundred
        // must not keep an innocent program from forking. Init's own count, every 20 ms, is what ends a bomb.
        enum { OTHERS = 4096 };
        int processes = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (processes < 0) return -1;
        tasks += family_user_tasks(processes) + OTHERS;
        close(processes);
    }
    return limit(RLIMIT_CPU, cpu, cpu + 1) || limit(RLIMIT_DATA, data, data) || limit(RLIMIT_NPROC, tasks, tasks) ||
           limit(RLIMIT_NOFILE, limits->open_files, limits->open_files) ||
           limit(RLIMIT_FSIZE, limits->file_size, limits->file_size) ||
           // Not 0: with a core_pattern that is a pipe only 1 keeps the kernel from starting the handler.
           limit(RLIMIT_CORE, 1, 1) || limit(RLIMIT_STACK, 8 << 20, 64 << 20) ||
           limit(RLIMIT_MEMLOCK, 64 << 10, 64 << 10) || limit(RLIMIT_MSGQUEUE, 0, 0) ||
           limit(RLIMIT_SIGPENDING, 256, 256) || limit(RLIMIT_NICE, 0, 0) || limit(RLIMIT_RTPRIO, 0, 0);
}

// Init enters it, and opens the listeners there.
static void make_network(void) {
    const char *failed;
    int network = network_make(&failed);
    if (network < 0) fail(failed);
    report(0, 0, "", network);
    close(network);
}

static void confine_process(void) {
    sigset_t none;
    sigemptyset(&none);
    if (setsid() < 0) fail("setsid");
    if (privileges_drop_all() != 0) fail("capset");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("PR_SET_NO_NEW_PRIVS");
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// What no request has a say in.
static void confine(const struct init_setup *setup) {
    bool bare = (setup->omitted & OMIT_NAMESPACES) != 0;
    confine_process();
    if (bare && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) fail("PR_SET_PDEATHSIG");
    int listener = -1;
    if ((setup->omitted & OMIT_SECCOMP) == 0) {
        if (bare && filter_install_bare() != 0) fail("seccomp");
        listener = filter_install(setup->filter, bare ? FILTER_RELAYING : FILTER_NAMING);
        if (listener < 0 && !bare && filter_install(setup->filter, FILTER_KILLING) != 0) fail("seccomp");
    } else if (bare) {
        listener = filter_install_relay();
    }
    if (bare && listener < 0) fail("a seccomp listener");
    report(0, 0, "", listener);
    if (listener >= 0) close(listener);
}

static void obey(enum student_order order, struct parcel *parcel) {
    // Init is gone, and so will be this process.
    if (channel_receive(INIT, parcel, 0) != 1 || parcel->message.kind != (uint32_t)order) _exit(127);
}

static int lock_files(const struct init_setup *setup, const struct request *request) {
    if ((setup->omitted & OMIT_NAMESPACES) == 0) {
        // All that is in the box may be read.
        if (request->container.is_container) {
            // What of it is read-only is so by its mounts.
            static const char *const everything[] = {"/"};
            return landlock_confine(setup->landlock, NULL, (struct landlock_paths){everything, 1}, true);
        }
        const char *writable[ROOT_WRITABLE];
        root_writable(request, writable);
        return landlock_confine(setup->landlock, NULL, (struct landlock_paths){writable, ROOT_WRITABLE}, true);
    }
    // Nothing secret of another process is in /proc for who may not trace it, and nobody in a Landlock domain may trace
    // what is outside of it.
    static const char *const always[] = {"/proc", "/etc/passwd", "/etc/group", "/etc/hosts", "/etc/nsswitch.conf",
                                         "/dev/random", "/dev/urandom"};
    enum { ALWAYS = sizeof always / sizeof *always };
    struct bare_folders folders;
    bare_folders(&folders, setup->base);
    const char *readable[REQUEST_TREES + ALWAYS + 1], *writable[BARE_WRITABLE];
    size_t count = request->tree_count;
    memcpy(readable, request->trees, count * sizeof *readable);
    for (int index = 0; index < ALWAYS; index++) readable[count++] = always[index];
    readable[count++] = folders.submission;
    for (int index = 0; index < BARE_WRITABLE; index++) writable[index] = folders.writable[index];
    const struct landlock_paths all = {readable, count};
    return landlock_confine(setup->landlock, &all, (struct landlock_paths){writable, BARE_WRITABLE}, false);
}

// A container's program is looked for in its PATH.
static void execute(const struct request *request) {
    if (!request->container.is_container || strchr(request->program, '/') != NULL) {
        execve(request->program, request->arguments, request->environment);
        return;
    }
    const char *folders = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    for (char **variable = request->environment; *variable != NULL; variable++) {
        if (strncmp(*variable, "PATH=", 5) == 0) folders = *variable + 5;
    }
    int problem = ENOENT;
    while (*folders != '\0') {
        char path[PATH_MAX];
        int length = (int)strcspn(folders, ":");
        if (length > 0 && snprintf(path, sizeof path, "%.*s/%s", length, folders, request->program) < (int)sizeof path) {
            execve(path, request->arguments, request->environment);
            if (errno != ENOENT && errno != ENOTDIR) problem = errno;
        }
        folders += length;
        if (*folders == ':') folders++;
    }
    errno = problem;
}

static void take_streams(struct parcel *parcel) {
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0 || dup2(input, 0) < 0 || close(input) != 0) fail("/dev/null");
    if (dup2(parcel->descriptors[1], 1) < 0 || dup2(parcel->descriptors[2], 2) < 0) fail("dup2");
    parcel_close(parcel);
}

_Noreturn void student_run_beside(const struct init_setup *setup, const struct cgroup *group,
                                  struct parcel *parcel) {
    // Whatever fails from here on is told to nobody: the exit code says it.
    struct request request;
    if (!cgroup_put(group, 0)) _exit(126);
    if ((setup->omitted & OMIT_NAMESPACES) == 0 && unshare(CLONE_NEWCGROUP) != 0) _exit(126);
    if (request_read(&request, parcel->descriptors[0]) != 0) _exit(126);
    take_streams(parcel);
    if (close_range(INIT, ~0u, 0) != 0) _exit(126);
    confine_process();
    if ((setup->omitted & OMIT_SECCOMP) == 0 && filter_install(setup->filter, FILTER_KILLING) != 0) _exit(126);
    if (chdir(request.scratch) != 0) _exit(126);
    if (setup->landlock > 0 && lock_files(setup, &request) != 0) _exit(126);
    if ((setup->omitted & OMIT_LIMITS) == 0 && set_limits(&request.limits, false) != 0) _exit(126);
    execute(&request);
    _exit(errno == ENOENT ? 127 : 126);
}

static int keep_only(int socket, int go) {
    // Either may lie where the other is to be.
    int kept = fcntl(go, F_DUPFD_CLOEXEC, ASIDE);
    if (kept < 0 || (socket != INIT && dup3(socket, INIT, O_CLOEXEC) < 0) || dup3(kept, GO, O_CLOEXEC) < 0) return -1;
    return close_range(GO + 1, ~0u, 0);
}

// Whether init holds the program when it is loaded. Who has to wait for longer than it takes to ask is loaded ahead.
static bool is_held(const struct request *request) {
    enum { PATIENCE_MS = 1 };
    struct pollfd go = {.fd = GO, .events = POLLIN};
    // What a container runs may come into its folders until it is started.
    if (request->container.is_container || poll(&go, 1, PATIENCE_MS) != 0) return false;
    // Whom init may trace; loading makes it so anyway.
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) return false;
    student_say(INIT, (struct student_status){.waits = 1}, -1);
    struct parcel order;
    obey(STUDENT_LOAD, &order);
    return order.message.code != 0;
}

_Noreturn void student_run(int socket, int go, const struct init_setup *setup) {
    bool bare = (setup->omitted & OMIT_NAMESPACES) != 0;
    if (keep_only(socket, go) != 0) _exit(127);
    if (!bare && unshare(CLONE_NEWCGROUP) != 0) fail("a namespace of control groups");
    if (!bare && !setup->shares_network) make_network();
    confine(setup);
    processors_allow_all();

    struct parcel parcel;
    struct request request;
    obey(STUDENT_ENTER, &parcel);
    struct cgroup group = cgroup_taken(parcel.message.code, parcel.descriptors, parcel.count);
    if (group.version == CGROUP_1 && !cgroup_put(&group, 0)) fail("the control group");
    parcel_close(&parcel);
    obey(STUDENT_PREPARE, &parcel);
    if (parcel.count != 3 || request_read(&request, parcel.descriptors[0]) != 0) fail("the request");
    if (bare && bare_relocate(&request, setup->base) != 0) fail("the request");
    take_streams(&parcel);
    if (chdir(request.scratch) != 0) fail(request.scratch);
    if (setup->landlock > 0 && lock_files(setup, &request) != 0) fail("Landlock");
    if ((setup->omitted & OMIT_LIMITS) == 0 && set_limits(&request.limits, bare) != 0) fail("setrlimit");

    obey(STUDENT_COMPLETE, &parcel);
    uint64_t one;
    if (!is_held(&request) && read(GO, &one, sizeof one) != sizeof one) _exit(127);
    execute(&request);
    report(errno, 1, request.program, -1);
    _exit(127);
}
