#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ranges.h"
#include "syscalls.h"

// Calls beyond this number are younger than the table: ENOSYS lets a library take the way it took before them.
// 456 is futex_requeue, of Linux 6.7.
enum { LAST_KNOWN_CALL = 456 };

// x32 calls carry this bit.
enum { X32_BIT = 0x40000000 };

// What a tracer leaves of a call that it has skipped.
#define NO_CALL 0xffffffffu

#if defined(__x86_64__)
enum { NATIVE = AUDIT_ARCH_X86_64 };
#elif defined(__aarch64__)
enum { NATIVE = AUDIT_ARCH_AARCH64 };
#else
#error "the seccomp table was reviewed for x86-64 and arm64 only"
#endif

enum { NAMESPACE_FLAGS = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                         CLONE_NEWNET | 0x80 /* CLONE_NEWTIME */ };

// What libseccomp is told of sleeps and connections, so that they can be found in what it compiles; never installed as
// such.
enum { SLEEP_MARK = SECCOMP_RET_TRACE | 1, CONNECT_MARK = SECCOMP_RET_TRACE | 2 };

// What is being built, and the first problem.
struct builder {
    scmp_filter_ctx context;
    uint32_t answers[LAST_KNOWN_CALL + 1]; // to calls whose arguments do not matter
    size_t allowed;
    int problem;
    const char *failed;
};

static void add(struct builder *builder, uint32_t action, const char *name, unsigned count,
                const struct scmp_arg_cmp *conditions) {
    if (builder->problem != 0) return;
    int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR || number < 0) return;
    if (number <= LAST_KNOWN_CALL) builder->answers[number] = RANGES_UNDECIDED;
    int result = seccomp_rule_add_array(builder->context, action, number, count, conditions);
    if (result == 0) return;
    builder->problem = result;
    builder->failed = name;
}

// These are answered by their numbers, before what libseccomp compiles.
static void add_groups(struct builder *builder, uint32_t answer, const struct syscall_group *groups, size_t count) {
    for (size_t index = 0; index < count; index++) {
        for (const char *const *name = groups[index].names; *name != NULL; name++) {
            int number = seccomp_syscall_resolve_name(*name);
            if (number < 0 || number > LAST_KNOWN_CALL) continue;
            builder->answers[number] = answer;
            if (answer == SECCOMP_RET_ALLOW) builder->allowed++;
        }
    }
}

#define ALLOW_IF(builder, name, ...)                                                                                   \
    do {                                                                                                               \
        const struct scmp_arg_cmp conditions[] = {__VA_ARGS__};                                                        \
        add(builder, SCMP_ACT_ALLOW, name, sizeof conditions / sizeof *conditions, conditions);                        \
    } while (0)

// int arguments: the kernel looks at the low half only, so the filter must too.
#define INT_IS(argument, value) SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, 0xffffffffu, (uint32_t)(value))

static void add_socket_rules(struct builder *builder) {
    // The type's high bits are SOCK_CLOEXEC and SOCK_NONBLOCK.
    static const struct {
        int family, type, protocol;
    } kinds[] = {
        {AF_INET, SOCK_STREAM, 0},  {AF_INET, SOCK_STREAM, 6},  {AF_INET, SOCK_DGRAM, 0},   {AF_INET, SOCK_DGRAM, 17},
        {AF_INET6, SOCK_STREAM, 0}, {AF_INET6, SOCK_STREAM, 6}, {AF_INET6, SOCK_DGRAM, 0},  {AF_INET6, SOCK_DGRAM, 17},
        {AF_UNIX, SOCK_STREAM, 0},  {AF_UNIX, SOCK_DGRAM, 0},   {AF_UNIX, SOCK_SEQPACKET, 0},
        // getaddrinfo and getifaddrs list the interfaces by it.
        {AF_NETLINK, SOCK_RAW, NETLINK_ROUTE}, {AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE},
    };
    for (size_t index = 0; index < sizeof kinds / sizeof *kinds; index++) {
        ALLOW_IF(builder, "socket", INT_IS(0, kinds[index].family),
                 SCMP_CMP64(1, SCMP_CMP_MASKED_EQ, 0xffffffffu & ~(unsigned)(SOCK_CLOEXEC | SOCK_NONBLOCK),
                            (unsigned)kinds[index].type),
                 INT_IS(2, kinds[index].protocol));
    }
    ALLOW_IF(builder, "socketpair", INT_IS(0, AF_UNIX));
    add(builder, SCMP_ACT_TRACE(2), "connect", 0, NULL);
    builder->allowed++;
}

static void add_process_rules(struct builder *builder) {
    ALLOW_IF(builder, "clone", SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, NAMESPACE_FLAGS, 0));
    // Only of oneself: init has the same user.
    ALLOW_IF(builder, "prlimit64", INT_IS(0, 0));
    ALLOW_IF(builder, "setpriority", INT_IS(0, PRIO_PROCESS), INT_IS(1, 0));
    ALLOW_IF(builder, "sched_setaffinity", INT_IS(0, 0));
    ALLOW_IF(builder, "sched_setscheduler", INT_IS(0, 0));
    ALLOW_IF(builder, "sched_setparam", INT_IS(0, 0));
    ALLOW_IF(builder, "personality", INT_IS(0, PER_LINUX));
    ALLOW_IF(builder, "personality", INT_IS(0, 0xffffffff));
    // The second filter takes TIOCSTI and its like away.
    add(builder, SCMP_ACT_ALLOW, "ioctl", 0, NULL);
    // What a program may say about itself; not PR_SET_SECCOMP, PR_SET_MM, PR_SET_PTRACER and what is yet to come.
    static const int options[] = {
        PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_GET_DUMPABLE,     PR_SET_DUMPABLE,     PR_SET_NAME,
        PR_GET_NAME,      PR_GET_SECCOMP,   PR_CAPBSET_READ,     PR_GET_TIMERSLACK,   PR_SET_TIMERSLACK,
        PR_GET_KEEPCAPS,  PR_GET_SECUREBITS, PR_GET_CHILD_SUBREAPER, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS,
        PR_GET_NO_NEW_PRIVS, PR_GET_TID_ADDRESS, PR_SET_THP_DISABLE, PR_GET_THP_DISABLE, PR_CAP_AMBIENT,
        0x53564d41 /* PR_SET_VMA: glibc names its arenas */,
    };
    for (size_t index = 0; index < sizeof options / sizeof *options; index++) {
        ALLOW_IF(builder, "prctl", INT_IS(0, options[index]));
    }
}

// A write beyond the limit of file size raises SIGXFSZ. Python and others ignore it at start and would go on with
// EFBIG, so that nobody learns why they failed: setting its disposition succeeds and changes nothing.
static void add_signal_rules(struct builder *builder) {
    ALLOW_IF(builder, "rt_sigaction", SCMP_CMP64(0, SCMP_CMP_NE, SIGXFSZ, 0));
    ALLOW_IF(builder, "rt_sigaction", INT_IS(0, SIGXFSZ), SCMP_CMP64(1, SCMP_CMP_EQ, 0, 0));
    const struct scmp_arg_cmp conditions[] = {INT_IS(0, SIGXFSZ), SCMP_CMP64(1, SCMP_CMP_NE, 0, 0)};
    add(builder, SCMP_ACT_ERRNO(0), "rt_sigaction", 2, conditions);
}

// Without descriptors to wait for, select and poll are sleeps; with some they are waited for in the kernel.
static void add_sleep_rules(struct builder *builder) {
    static const struct {
        const char *name;
        unsigned count_argument;
    } waits[] = {{"select", 0}, {"pselect6", 0}, {"poll", 1}, {"ppoll", 1}};
    for (size_t index = 0; index < sizeof waits / sizeof *waits; index++) {
        const struct scmp_arg_cmp none[] = {SCMP_CMP64(waits[index].count_argument, SCMP_CMP_EQ, 0, 0)};
        add(builder, SCMP_ACT_TRACE(1), waits[index].name, 1, none);
        ALLOW_IF(builder, waits[index].name, SCMP_CMP64(waits[index].count_argument, SCMP_CMP_NE, 0, 0));
    }
    add(builder, SCMP_ACT_TRACE(1), "nanosleep", 0, NULL);
    add(builder, SCMP_ACT_TRACE(1), "clock_nanosleep", 0, NULL);
    builder->allowed += 2 + sizeof waits / sizeof *waits;
}

// What an allow-list of libseccomp cannot say, "ioctl except these" and "newer than the table": runs before the tree of
// calls without conditions and the main program, which follow it.
static const struct sock_filter prologue[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
    // Numbers mean something else there: nothing behind this may see them.
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)NATIVE, 0, 11),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NO_CALL, 7, 0),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 8, 0),
    BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST_KNOWN_CALL, 5, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 7),
    // The kernel reads the low half of the request only, whatever the high half holds.
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCLINUX, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCSETD, 1, 3),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};
enum { PROLOGUE = sizeof prologue / sizeof *prologue };

// libseccomp 2.5 writes to a descriptor only.
static int export_program(const struct builder *builder, struct filter *filter) {
    scmp_filter_ctx context = builder->context;
    static struct sock_filter tree[RANGES_LONGEST];
    size_t head = ranges_compile(builder->answers, LAST_KNOWN_CALL + 1, tree);
    if (head == 0) return -E2BIG;
    size_t before = PROLOGUE + head;
    int memory = memfd_create("filter", MFD_CLOEXEC);
    if (memory < 0) return -errno;
    int result = seccomp_export_bpf(context, memory);
    struct stat status;
    if (result == 0 && fstat(memory, &status) != 0) result = -errno;
    if (result == 0) {
        size_t size = (size_t)status.st_size;
        size_t whole = before * sizeof *filter->naming + size;
        filter->length = (unsigned short)(whole / sizeof *filter->naming);
        filter->naming = malloc(whole);
        filter->relaying = malloc(whole);
        filter->killing = malloc(whole);
        if (filter->naming == NULL || filter->relaying == NULL || filter->killing == NULL ||
            pread(memory, filter->naming + before, size, 0) != (ssize_t)size) {
            result = -EIO;
        } else {
            memcpy(filter->naming, prologue, sizeof prologue);
            memcpy(filter->naming + PROLOGUE, tree, head * sizeof *tree);
        }
    }
    close(memory);
    return result;
}

static void derive(struct filter *filter) {
    for (unsigned short index = 0; index < filter->length; index++) {
        struct sock_filter *named = &filter->naming[index], *killed = &filter->killing[index];
        struct sock_filter *relayed = &filter->relaying[index];
        *killed = *relayed = *named;
        if (named->code != (BPF_RET | BPF_K)) continue;
        if (named->k == SECCOMP_RET_USER_NOTIF) killed->k = SECCOMP_RET_KILL_PROCESS;
        if (named->k == SLEEP_MARK) {
            named->k = relayed->k = SECCOMP_RET_USER_NOTIF;
            killed->k = SECCOMP_RET_ALLOW;
        }
        if (named->k == CONNECT_MARK) {
            relayed->k = SECCOMP_RET_USER_NOTIF;
            named->k = killed->k = SECCOMP_RET_ALLOW;
        }
    }
}

int filter_build(struct filter *filter, const char **failed) {
    static struct builder builder;
    builder = (struct builder){.context = seccomp_init(SCMP_ACT_ERRNO(EPERM)), .failed = "seccomp_init"};
    *failed = builder.failed;
    if (builder.context == NULL) return -ENOMEM;
    seccomp_attr_set(builder.context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    seccomp_attr_set(builder.context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (int number = 0; number <= LAST_KNOWN_CALL; number++) builder.answers[number] = SECCOMP_RET_ERRNO | EPERM;
    add_groups(&builder, SECCOMP_RET_ALLOW, allowed_syscalls, allowed_syscall_groups);
    add_groups(&builder, SECCOMP_RET_ERRNO | ENOSYS, absent_syscalls, absent_syscall_groups);
    add_groups(&builder, SECCOMP_RET_USER_NOTIF, fatal_syscalls, fatal_syscall_groups);
    add_socket_rules(&builder);
    add_process_rules(&builder);
    add_signal_rules(&builder);
    add_sleep_rules(&builder);
    if (builder.problem == 0) {
        builder.failed = "seccomp_export_bpf";
        builder.problem = export_program(&builder, filter);
    }
    seccomp_release(builder.context);
    filter->allowed = builder.allowed;
    *failed = builder.failed;
    if (builder.problem == 0) derive(filter);
    return builder.problem;
}

static int install(struct sock_filter *program, unsigned short length, unsigned flags) {
    struct sock_fprog whole = {.len = length, .filter = program};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &whole);
}

int filter_install(const struct filter *filter, enum filter_kind kind) {
    if (kind == FILTER_KILLING) return install(filter->killing, filter->length, 0);
    struct sock_filter *program = kind == FILTER_NAMING ? filter->naming : filter->relaying;
    return install(program, filter->length, SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define PERMIT BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
// Skips `count` instructions unless the call is this one.
#define UNLESS_CALL(number, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, count)
#define REFUSE_CALL(number) UNLESS_CALL(number, 1), REFUSE
#define REFUSE_IF_SET(number, argument, bits)                                                                          \
    UNLESS_CALL(number, 4), LOAD(args[argument]), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1), REFUSE, PERMIT

int filter_install_bare(void) {
    struct sock_filter program[] = {
        LOAD(nr),
        // With this flag sending connects.
        REFUSE_IF_SET(SYS_sendto, 3, MSG_FASTOPEN),
        REFUSE_IF_SET(SYS_sendmsg, 2, MSG_FASTOPEN),
        REFUSE_IF_SET(SYS_sendmmsg, 3, MSG_FASTOPEN),
        REFUSE_CALL(SYS_listen),
        REFUSE_CALL(SYS_semget),
        REFUSE_CALL(SYS_shmget),
        REFUSE_CALL(SYS_msgget),
        REFUSE_CALL(SYS_mq_open),
        UNLESS_CALL(SYS_kill, 4),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xffffffffu, 0, 1),
        REFUSE,
        PERMIT,
        // Datagrams carry their addresses with them; those of netlink go to the kernel only.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 0),
        UNLESS_CALL(SYS_socketpair, 6),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 4, 0),
        LOAD(args[1]),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOCK_DGRAM, 0, 1),
        REFUSE,
        PERMIT,
    };
    return install(program, sizeof program / sizeof *program, 0);
}

int filter_install_relay(void) {
    struct sock_filter program[] = {
        LOAD(nr),
        UNLESS_CALL(SYS_connect, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        PERMIT,
    };
    return install(program, sizeof program / sizeof *program, SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

bool filter_is_sleep(int number) {
    switch (number) {
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
    case SYS_pselect6:
    case SYS_ppoll:
#ifdef SYS_select
    case SYS_select:
#endif
#ifdef SYS_poll
    case SYS_poll:
#endif
        return true;
    default:
        return false;
    }
}

void filter_call_name(int number, char *name, size_t size) {
    char *resolved = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), number);
    if (resolved != NULL) {
        snprintf(name, size, "%s", resolved);
        free(resolved);
    } else {
        snprintf(name, size, "system call %d", number);
    }
}
