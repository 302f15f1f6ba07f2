#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "warmstart.h"

enum { DESCRIPTORS = 64, LIMITS = 16 };

// The head of a request; descriptors come with it, the working folder first, and behind it the descriptors' numbers and
// the arguments and variables, each ended by a NUL. warmstart.py unpacks it.
struct head {
    uint32_t bytes;
    uint32_t arguments;
    uint32_t variables;
    uint32_t descriptors;
    uint32_t mask;
    // The signals that are ignored, the first of them the lowest bit, and how nice the process is.
    uint32_t ignored;
    int32_t niceness;
    uint32_t unused;
    uint64_t limits[LIMITS][2];
};

static bool begins(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

int warm_program(struct program *program, const char *path) {
    *program = (struct program){.path = path};
    char line[PATH_MAX];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t length = read(file, line, sizeof line - 1);
    close(file);
    if (length < 3 || !begins(line, "#!")) return -1;
    line[length] = '\0';
    char *end = strchr(line, '\n');
    if (end == NULL) return -1;
    *end = '\0';
    char *word = line + 2 + strspn(line + 2, " \t");
    size_t size = strcspn(word, " \t");
    const char *option = word + size + strspn(word + size, " \t");
    if (word[0] != '/' || strlen(option) >= sizeof program->option) return -1;
    strcpy(program->option, option);
    word[size] = '\0';
    strcpy(program->interpreter, word);
    if (!begins(strrchr(word, '/') + 1, "python")) return -1;

    ssize_t own = readlink("/proc/self/exe", program->server, sizeof program->server - 1);
    if (own <= 0 || (size_t)own >= sizeof program->server - sizeof "warmstart.py") return -1;
    program->server[own] = '\0';
    strcpy(strrchr(program->server, '/') + 1, "skylab-warm.py");
    return access(program->server, R_OK);
}

// Read when a process starts or loads its libraries, and never again.
static const char *const of_start[] = {"LD_PRELOAD=", "LD_LIBRARY_PATH=", "LC_ALL=", "LC_CTYPE=", "LANG=", "GLIBC_",
                                       "MALLOC_", "HOME=", "BOTO_", "PYTHONDONTWRITEBYTECODE=", "PYTHONUNBUFFERED=",
                                       "PYTHONIOENCODING=", "PYTHONUTF8="};
// Of which the others may have a start say something, or run something.
static const char *const of_debugging[] = {"LD_", "PYTHON"};

#define BEGINS_WITH_ANY(text, prefixes) begins_with_any(text, prefixes, sizeof(prefixes) / sizeof *(prefixes))
static bool begins_with_any(const char *text, const char *const *prefixes, size_t count) {
    for (size_t index = 0; index < count; index++) {
        if (begins(text, prefixes[index])) return true;
    }
    return false;
}

static socklen_t abstract_name(struct sockaddr_un *address, const char *text) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "skylab-warm/%u/%s", (unsigned)getuid(), text);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

int warm_take_place(void) {
    for (int place = 0; place < WARM_PLACES; place++) {
        char name[16];
        snprintf(name, sizeof name, "place-%d", place);
        struct sockaddr_un address;
        socklen_t length = abstract_name(&address, name);
        int holder = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (holder < 0 || bind(holder, (const struct sockaddr *)&address, length) == 0) return holder;
        close(holder);
    }
    return -1;
}

socklen_t warm_address(struct sockaddr_un *address, const struct program *program, char *const *environment) {
    // FNV-1a; each variable by itself, so that their order does not matter.
    uint64_t sum = 0;
    for (int index = -1; index < 0 || environment[index] != NULL; index++) {
        const char *text = index < 0 ? program->path : environment[index];
        if (index >= 0 && !BEGINS_WITH_ANY(text, of_start)) continue;
        uint64_t digest = 14695981039346656037u;
        for (; *text != '\0'; text++) digest = (digest ^ (unsigned char)*text) * 1099511628211u;
        sum += digest;
    }
    char text[32];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)sum);
    return abstract_name(address, text);
}

// The descriptors that a program inherits. Returns their count, or -1 where they are too many.
static int list_descriptors(int numbers[DESCRIPTORS]) {
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) return -1;
    int count = 0;
    struct dirent *entry;
    while (count >= 0 && (entry = readdir(folder)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        int number = atoi(entry->d_name);
        int flags = fcntl(number, F_GETFD);
        if (flags < 0 || (flags & FD_CLOEXEC) != 0) continue;
        if (count == DESCRIPTORS) {
            count = -1;
        } else {
            numbers[count++] = number;
        }
    }
    closedir(folder);
    return count;
}

bool warm_is_ordinary(char *const *environment) {
    for (int standard = 0; standard < 3; standard++) {
        if (fcntl(standard, F_GETFD) < 0) return false;
    }
    for (; *environment != NULL; environment++) {
        if (BEGINS_WITH_ANY(*environment, of_debugging) && !BEGINS_WITH_ANY(*environment, of_start)) return false;
    }
    return true;
}

static size_t measure(char *const *texts, uint32_t *count) {
    size_t bytes = 0;
    for (*count = 0; texts[*count] != NULL; ++*count) bytes += strlen(texts[*count]) + 1;
    return bytes;
}

static char *append(char *place, char *const *texts) {
    for (; *texts != NULL; texts++) place = stpcpy(place, *texts) + 1;
    return place;
}

static int send_all(int connection, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(connection, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return -1;
        bytes += sent;
        length -= (size_t)sent;
    }
    return 0;
}

static int send_head(int connection, const struct head *head, const int *descriptors, size_t count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE((DESCRIPTORS + 1) * sizeof(int))];
    } control;
    struct iovec bytes = {.iov_base = (void *)head, .iov_len = sizeof *head};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control};
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *attached = CMSG_FIRSTHDR(&message);
    *attached = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(count * sizeof(int))};
    memcpy(CMSG_DATA(attached), descriptors, count * sizeof(int));
    return sendmsg(connection, &message, MSG_NOSIGNAL) == sizeof *head ? 0 : -1;
}

int warm_ask(int connection, char *const *arguments, char *const *environment) {
    struct head head = {0};
    int descriptors[DESCRIPTORS + 1];
    int count = list_descriptors(descriptors + 1);
    descriptors[0] = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (count < 0 || descriptors[0] < 0) return -1;
    head.descriptors = (uint32_t)count;
    head.mask = (uint32_t)umask(0);
    umask((mode_t)head.mask);
    for (int number = 1; number < 32; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) head.ignored |= 1u << (number - 1);
    }
    head.niceness = getpriority(PRIO_PROCESS, 0);
    for (int resource = 0; resource < LIMITS; resource++) {
        struct rlimit limit;
        if (getrlimit(resource, &limit) != 0) return -1;
        head.limits[resource][0] = limit.rlim_cur;
        head.limits[resource][1] = limit.rlim_max;
    }
    size_t numbers = (size_t)count * sizeof(int);
    size_t texts = measure(arguments, &head.arguments) + measure(environment, &head.variables);
    head.bytes = (uint32_t)(numbers + texts);
    char *body = malloc(numbers + texts);
    if (body == NULL) return -1;
    memcpy(body, descriptors + 1, numbers);
    append(append(body + numbers, arguments), environment);
    int result = send_head(connection, &head, descriptors, (size_t)count + 1);
    if (result == 0) result = send_all(connection, body, numbers + texts);
    free(body);
    close(descriptors[0]);
    return result;
}
