#include "account.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

// A directory entry as getdents64 gives it.
struct entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

int account_open(struct account *account, const struct root *root, const struct cgroup *group, struct family *family,
                 const struct limits *limits) {
    memset(account, 0, sizeof *account);
    account->limits = limits;
    cgroup_counters_open(&account->counters, group);
    account->family = family;
    account->scratch = root->scratch;
    account->kept = root->kept;
    account->directory = openat(root->processes, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return account->directory < 0 ? -1 : 0;
}

// Reads a small file of a process, or of /proc itself for ".". Returns its length, 0 where the process is gone.
static size_t read_file(const struct account *account, const char *process, const char *name, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "%s/%s", process, name);
    int file = openat(account->directory, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, size - 1);
    close(file);
    if (length < 0) length = 0;
    text[length] = '\0';
    return (size_t)length;
}

// The number after `key` at the beginning of a line.
static uint64_t field(const char *text, const char *key) {
    const char *place = strstr(text, key);
    return place == NULL ? 0 : strtoull(place + strlen(key), NULL, 10);
}

// utime, stime, cutime and cstime of /proc/PID/stat, in ticks; its fields are counted from the last parenthesis,
// because a process chooses its own name.
static uint64_t cpu_ticks(const char *stat, char *state) {
    *state = 'X';
    const char *rest = strrchr(stat, ')');
    if (rest == NULL || rest[1] == '\0') return 0;
    unsigned long long user = 0, system = 0, children_user = 0, children_system = 0;
    sscanf(rest + 2, "%c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu", state, &user, &system,
           &children_user, &children_system);
    return user + system + children_user + children_system;
}

// The process of skylab-warm that waits for calls: what the program has started without knowing. Who takes that name
// is spared a line in a report, and nothing else.
static bool is_waiting_server(const char *stat) {
    const char *name = strchr(stat, '(');
    return name != NULL && strncmp(name, "(skylab-warm)", strlen("(skylab-warm)")) == 0;
}

static void add_process(struct account *account, const char *process, uint64_t *ticks, uint64_t *resident) {
    char text[2048];
    char state;
    if (read_file(account, process, "stat", text, sizeof text) == 0) return;
    *ticks += cpu_ticks(text, &state);
    if (state == 'Z' || state == 'X') {
        account->tasks++;
        return;
    }
    if (!is_waiting_server(text)) account->processes++;
    if (read_file(account, process, "status", text, sizeof text) == 0) return;
    *resident += (field(text, "\nRssAnon:") + field(text, "\nRssShmem:")) * 1024;
    account->tasks += (unsigned)field(text, "\nThreads:");
}

typedef void visitor(struct account *account, const char *process, uint64_t *first, uint64_t *second);

static bool is_ours(const struct account *account, const char *name) {
    if (account->family == NULL) return strcmp(name, "1") != 0;
    return family_has(account->family, (pid_t)strtol(name, NULL, 10));
}

// Ends early where there are more than may be: who reads of a flood to its end is overtaken by it.
static void each_process(struct account *account, visitor *visit, uint64_t *first, uint64_t *second) {
    char buffer[4096] __attribute__((aligned(8)));
    lseek(account->directory, 0, SEEK_SET);
    long length;
    while ((length = syscall(SYS_getdents64, account->directory, buffer, sizeof buffer)) > 0) {
        for (long position = 0; position < length;) {
            const struct entry *entry = (const struct entry *)(buffer + position);
            position += entry->length;
            if (isdigit((unsigned char)entry->name[0]) && is_ours(account, entry->name)) {
                visit(account, entry->name, first, second);
                if (account->tasks > account->limits->processes) return;
            }
        }
    }
}

static void add_share(struct account *account, const char *process, uint64_t *sum, uint64_t *unused) {
    (void)unused;
    char text[2048];
    if (read_file(account, process, "smaps_rollup", text, sizeof text) > 0) {
        *sum += (field(text, "\nPss_Anon:") + field(text, "\nPss_Shmem:")) * 1024;
    } else if (read_file(account, process, "status", text, sizeof text) > 0) {
        *sum += (field(text, "\nRssAnon:") + field(text, "\nRssShmem:")) * 1024;
    }
}

// Pages that processes share after a fork count once for each of them in a sum of resident memory. Their
// proportional shares are exact and dear, so they are read only when the sum is beyond the limit, and again when it
// has grown since by a sixteenth of the limit.
static uint64_t confirm(struct account *account, uint64_t resident) {
    uint64_t limit = account->limits->memory;
    if (resident <= limit) return resident;
    if (account->confirmed_sum == 0 || resident > account->confirmed_sum + limit / 16) {
        uint64_t shares = 0, unused = 0;
        each_process(account, add_share, &shares, &unused);
        account->confirmed_sum = resident;
        account->confirmed = shares;
    }
    return account->confirmed;
}

// What the files in a tmpfs take.
static uint64_t file_bytes(int scratch) {
    struct statfs status;
    if (fstatfs(scratch, &status) != 0) return 0;
    return (uint64_t)(status.f_blocks - status.f_bfree) * (uint64_t)status.f_bsize;
}

bool account_burdens_machine(const struct account *account) {
    // Below this a box is not what a machine lacks memory for.
    enum { LITTLE = 64 << 20 };
    if (account->limits->spare == 0) return false;
    uint64_t used = account->memory + (account->scratch < 0 ? 0 : file_bytes(account->scratch));
    if (used <= LITTLE) return false;
    char text[512];
    if (read_file(account, ".", "meminfo", text, sizeof text) == 0) return false;
    uint64_t left = field(text, "\nMemAvailable:") * 1024;
    return left > 0 && left / account->limits->spare < used / 1000;
}

void account_take(struct account *account, bool nobody) {
    uint64_t ticks = 0, resident = 0;
    account->tasks = 0;
    account->processes = 0;
    if (account->family != NULL && !nobody) family_list(account->family, NULL, 0);
    if (!nobody) each_process(account, add_process, &ticks, &resident);
    struct cgroup_usage usage = {0};
    bool grouped = account->counters.version != CGROUP_NONE && cgroup_read(&account->counters, !nobody, &usage);
    if (grouped) {
        // Of a /tmp that is kept nobody can say which files are charged to this box; no memory of its own hides behind them.
        uint64_t files = file_bytes(account->scratch) + (account->kept < 0 ? 0 : file_bytes(account->kept));
        account->memory = usage.anonymous + (usage.shared > files ? usage.shared - files : 0);
        account->ran_out_of_memory = usage.oom_kills > 0;
        account->was_refused_tasks = usage.refused_tasks > 0;
        if (usage.cpu_ns > account->cpu_ns) account->cpu_ns = usage.cpu_ns;
    } else {
        account->memory = confirm(account, resident);
    }

    struct rusage reaped;
    getrusage(RUSAGE_CHILDREN, &reaped);
    uint64_t reaped_us = (uint64_t)(reaped.ru_utime.tv_sec + reaped.ru_stime.tv_sec) * 1000000 +
                         (uint64_t)(reaped.ru_utime.tv_usec + reaped.ru_stime.tv_usec);
    uint64_t alive_ns = ticks * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
    uint64_t total = reaped_us * 1000 + alive_ns;
    if (total > account->cpu_ns) account->cpu_ns = total;

    if (account->memory > account->peak_memory) account->peak_memory = account->memory;
    if (account->tasks > account->peak_tasks) account->peak_tasks = account->tasks;
}
