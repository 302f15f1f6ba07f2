#include "student.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "landlock.h"
#include "privileges.h"
#include "root.h"

static void report(int socket, int problem, const char *step, int listener) {
    struct student_status status = {.problem = problem};
    strncpy(status.step, step, sizeof status.step - 1);
    struct iovec body = {.iov_base = &status, .iov_len = sizeof status};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr header = {.msg_iov = &body, .msg_iovlen = 1};
    if (listener >= 0) {
        header.msg_control = control.bytes;
        header.msg_controllen = sizeof control.bytes;
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &listener, sizeof listener);
    }
    (void)!sendmsg(socket, &header, MSG_NOSIGNAL);
}

_Noreturn static void fail(const struct student *student, const char *step) {
    report(student->status, errno, step, -1);
    _exit(127);
}

static int limit(int resource, rlim_t soft, rlim_t hard) {
    struct rlimit value = {.rlim_cur = soft, .rlim_max = hard};
    return setrlimit(resource, &value);
}

static int set_limits(const struct limits *limits) {
    rlim_t cpu = limits->cpu_ms / 1000 + 1;
    // The poll of init names the limit on memory; this one stops a single process that outruns the poll.
    rlim_t data = 2 * limits->memory + (512u << 20);
    // One more than the limit, for init, and one more again, so that going beyond it can be seen.
    rlim_t tasks = limits->processes + 2;
    return limit(RLIMIT_CPU, cpu, cpu + 1) || limit(RLIMIT_DATA, data, data) || limit(RLIMIT_NPROC, tasks, tasks) ||
           limit(RLIMIT_NOFILE, limits->open_files, limits->open_files) ||
           limit(RLIMIT_FSIZE, limits->file_size, limits->file_size) ||
           // Not 0: with a core_pattern that is a pipe only 1 keeps the kernel from starting the handler.
           limit(RLIMIT_CORE, 1, 1) || limit(RLIMIT_STACK, 8 << 20, 64 << 20) ||
           limit(RLIMIT_MEMLOCK, 64 << 10, 64 << 10) || limit(RLIMIT_MSGQUEUE, 0, 0) ||
           limit(RLIMIT_SIGPENDING, 256, 256) || limit(RLIMIT_NICE, 0, 0) || limit(RLIMIT_RTPRIO, 0, 0);
}

_Noreturn void student_run(const struct student *student) {
    const struct request *request = student->request;
    sigset_t none;
    sigemptyset(&none);
    if (setsid() < 0) fail(student, "setsid");
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0 || dup2(input, 0) < 0) fail(student, "/dev/null");
    if (dup2(student->standard_output, 1) < 0 || dup2(student->standard_error, 2) < 0) fail(student, "dup2");
    // Descriptor 3 is the status socket, which execve closes; nothing else stays open.
    if (dup3(student->status, 3, O_CLOEXEC) < 0 && errno != EINVAL) fail(student, "dup3");
    struct student self = *student;
    self.status = 3;
    if (close_range(4, ~0u, 0) != 0) fail(&self, "close_range");
    if (chdir(request->scratch) != 0) fail(&self, request->scratch);
    if (set_limits(&request->limits) != 0) fail(&self, "setrlimit");
    if (privileges_drop_all() != 0) fail(&self, "capset");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(&self, "PR_SET_NO_NEW_PRIVS");
    if (self.landlock > 0) {
        const char *writable[ROOT_WRITABLE];
        root_writable(request, writable);
        if (landlock_confine(self.landlock, writable, ROOT_WRITABLE) != 0) fail(&self, "Landlock");
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
    int listener = filter_install(self.filter, true);
    if (listener < 0 && filter_install(self.filter, false) != 0) fail(&self, "seccomp");
    report(self.status, 0, "", listener);
    if (listener >= 0) close(listener);
    execve(request->program, request->arguments, request->environment);
    fail(&self, request->program);
}
