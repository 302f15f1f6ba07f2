#include "cgroup.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_place.h"

// The folder that all of a user's graders share.
static const char home_name[] = "skylab";

// Under version 2: where spawnd was before it went below the home.
static int way_back = -1;

// Number 0 is spawnd's own.
static void box_name(char *name, size_t size, unsigned number) { snprintf(name, size, "%d.%u", (int)getpid(), number); }

static bool write_text(int folder, const char *file, const char *text) {
    int descriptor = openat(folder, file, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    bool written = write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
    int problem = errno;
    close(descriptor);
    errno = problem;
    return written;
}

static bool write_number(int folder, const char *file, uint64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return write_text(folder, file, text);
}

static void close_folders(struct cgroup *group) {
    for (int controller = 0; controller < CGROUP_CONTROLLERS; controller++) {
        if (group->folders[controller] >= 0) close(group->folders[controller]);
        group->folders[controller] = -1;
    }
    group->version = CGROUP_NONE;
}

// Under version 2 the three folders are one.
static int hierarchies(enum cgroup_version version) { return version == CGROUP_2 ? 1 : CGROUP_CONTROLLERS; }

static int open_folder(int parent, const char *name) {
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

// Groups are named after the process that made them; one that is dead has no boxes any more.
static void sweep(int home) {
    DIR *entries = fdopendir(open_folder(home, "."));
    if (entries == NULL) return;
    struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        pid_t maker = (pid_t)strtol(entry->d_name, NULL, 10);
        if (kill(maker, 0) != 0 && errno == ESRCH) (void)unlinkat(home, entry->d_name, AT_REMOVEDIR);
    }
    closedir(entries);
}

static int open_home(const char *parent, uid_t uid) {
    int above = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (above < 0) return -1;
    int home = -1;
    if (mkdirat(above, home_name, 0755) == 0 || errno == EEXIST) home = open_folder(above, home_name);
    int problem = errno;
    close(above);
    if (home >= 0 && geteuid() == 0) {
        (void)fchown(home, uid, (gid_t)uid);
        (void)fchownat(home, "cgroup.procs", uid, (gid_t)uid, 0);
        (void)fchownat(home, "cgroup.subtree_control", uid, (gid_t)uid, 0);
    }
    if (home >= 0) sweep(home);
    errno = problem;
    return home;
}

// What to write to for going back to the group that the caller is in; as whoever may do that now.
static int open_way_back(void) {
    static char path[PATH_MAX];
    if (cgroup_place("", path) != 0) return -1;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int way = folder < 0 ? -1 : openat(folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (folder >= 0) close(folder);
    return way;
}

// Who moves a process must be allowed to write to the group above both ends of the way, so spawnd, as a copy of which
// every box begins, has to be below the home, too. Processes may only be in groups that have none below them.
static bool move_in(int folder) {
    char name[32];
    box_name(name, sizeof name, 0);
    way_back = open_way_back();
    if (way_back < 0) return false;
    (void)mkdirat(folder, name, 0755);
    int own = open_folder(folder, name);
    bool moved = own >= 0 && write_text(own, "cgroup.procs", "0");
    int problem = errno;
    if (own >= 0) close(own);
    if (!moved) {
        close(way_back);
        (void)unlinkat(folder, name, AT_REMOVEDIR);
    }
    errno = problem;
    return moved;
}

static void move_out(const struct cgroup *home) {
    char name[32];
    box_name(name, sizeof name, 0);
    if (write(way_back, "0", 1) == 1) (void)unlinkat(home->folders[CGROUP_MEMORY], name, AT_REMOVEDIR);
}

void cgroup_open_home(struct cgroup *home, uid_t uid) {
    *home = (struct cgroup){.folders = {-1, -1, -1}};
    char path[PATH_MAX];
    static const char *const controllers[] = {"memory", "pids", "cpuacct"};
    enum cgroup_version version = CGROUP_1;
    for (int controller = 0; controller < CGROUP_CONTROLLERS && version == CGROUP_1; controller++) {
        if (cgroup_place(controllers[controller], path) != 0) version = CGROUP_NONE;
        else home->folders[controller] = open_home(path, uid);
        if (home->folders[controller] < 0) version = CGROUP_NONE;
    }
    if (version == CGROUP_NONE) {
        close_folders(home);
        // Of the grader's own group only what has been handed over to us can be given on.
        if (cgroup_place("", path) != 0 || !cgroup_delegate(path)) return;
        int folder = open_home(path, uid);
        if (folder < 0) return;
        if (!write_text(folder, "cgroup.subtree_control", "+memory +pids") || !move_in(folder)) {
            int problem = errno;
            close(folder);
            errno = problem;
            return;
        }
        home->folders[CGROUP_MEMORY] = folder;
        version = CGROUP_2;
    }
    home->version = version;
}

void cgroup_make(struct cgroup *group, const struct cgroup *home, unsigned number) {
    *group = (struct cgroup){.version = home->version, .folders = {-1, -1, -1}, .number = number};
    char name[32];
    box_name(name, sizeof name, number);
    for (int controller = 0; controller < hierarchies(home->version) && group->version != CGROUP_NONE; controller++) {
        if (mkdirat(home->folders[controller], name, 0755) == 0) {
            group->folders[controller] = open_folder(home->folders[controller], name);
        }
        if (group->folders[controller] < 0) cgroup_remove(group, home);
    }
}

bool cgroup_limit(const struct cgroup *group, const struct limits *limits) {
    int memory = group->folders[CGROUP_MEMORY];
    int pids = group->version == CGROUP_2 ? memory : group->folders[CGROUP_PIDS];
    // Files in the scratch folders are memory, too, and have a limit of their own.
    uint64_t bytes = limits->memory + limits->disk;
    if (!write_number(pids, "pids.max", limits->processes)) return false;
    if (group->version == CGROUP_1) {
        if (!write_number(memory, "memory.limit_in_bytes", bytes)) return false;
        // Absent where the kernel does not count swap.
        (void)write_number(memory, "memory.memsw.limit_in_bytes", bytes);
        return true;
    }
    if (!write_number(memory, "memory.max", bytes)) return false;
    (void)write_text(memory, "memory.swap.max", "0");
    return true;
}

bool cgroup_put(const struct cgroup *group, pid_t process) {
    // For a thread that moves itself the kernel need not hold up every fork of the machine.
    const char *file = group->version == CGROUP_1 ? "tasks" : "cgroup.procs";
    for (int controller = 0; controller < CGROUP_CONTROLLERS; controller++) {
        if (group->folders[controller] >= 0 && !write_number(group->folders[controller], file, (uint64_t)process)) {
            return false;
        }
    }
    return true;
}

struct cgroup cgroup_taken(enum cgroup_version version, const int *folders, size_t count) {
    struct cgroup group = {.version = version, .folders = {-1, -1, -1}};
    for (size_t index = 0; index < count && index < CGROUP_CONTROLLERS; index++) group.folders[index] = folders[index];
    return group;
}

void cgroup_remove(struct cgroup *group, const struct cgroup *home) {
    if (group->version == CGROUP_NONE) return;
    char name[32];
    box_name(name, sizeof name, group->number);
    for (int controller = 0; controller < hierarchies(home->version); controller++) {
        (void)unlinkat(home->folders[controller], name, AT_REMOVEDIR);
    }
    close_folders(group);
}

void cgroup_close_home(struct cgroup *home) {
    if (home->version == CGROUP_2) move_out(home);
    for (int controller = 0; controller < hierarchies(home->version); controller++) {
        // Stays where the folder above belongs to root, and while another grader has boxes.
        if (home->folders[controller] >= 0) (void)unlinkat(home->folders[controller], "../skylab", AT_REMOVEDIR);
    }
    close_folders(home);
}

static bool read_text(int file, char *text, size_t size) {
    ssize_t length = pread(file, text, size - 1, 0);
    if (length < 0) return false;
    text[length] = '\0';
    return true;
}

// The number behind `key` at the beginning of a line.
static uint64_t field(const char *text, const char *key) {
    size_t length = strlen(key);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (strncmp(line, key, length) == 0 && line[length] == ' ') return strtoull(line + length, NULL, 10);
    }
    return 0;
}

// The number in a file of its own, or behind `key` where there are several; `otherwise` where it cannot be read.
static uint64_t read_number(int folder, const char *file, const char *key, uint64_t otherwise) {
    char text[512];
    int descriptor = openat(folder, file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return otherwise;
    bool read = read_text(descriptor, text, sizeof text);
    close(descriptor);
    if (!read) return otherwise;
    return key == NULL ? strtoull(text, NULL, 10) : field(text, key);
}

bool cgroup_renew(const struct cgroup *group) {
    if (group->version != CGROUP_1) return false;
    int memory = group->folders[CGROUP_MEMORY];
    if (read_number(memory, "memory.oom_control", "oom_kill", 1) != 0) return false;
    if (read_number(group->folders[CGROUP_PIDS], "pids.events", "max", 1) != 0) return false;
    if (!write_number(group->folders[CGROUP_CPU], "cpuacct.usage", 0)) return false;
    // The limit on both must never be below the one on memory.
    (void)write_text(memory, "memory.memsw.limit_in_bytes", "-1");
    return write_text(memory, "memory.limit_in_bytes", "-1");
}

bool cgroup_is_empty(const struct cgroup *group) {
    enum { HARDLY_ANYTHING = 4 << 20 };
    return read_number(group->folders[CGROUP_MEMORY], "memory.usage_in_bytes", NULL, UINT64_MAX) <= HARDLY_ANYTHING;
}

void cgroup_counters_open(struct cgroup_counters *counters, const struct cgroup *group) {
    static const char *const names[][CGROUP_COUNTERS] = {
        [CGROUP_1] = {"memory.stat", "memory.oom_control", "pids.events", "cpuacct.usage"},
        [CGROUP_2] = {"memory.stat", "memory.events", "pids.events", "cpu.stat"},
    };
    static const enum cgroup_controller places[] = {CGROUP_MEMORY, CGROUP_MEMORY, CGROUP_PIDS, CGROUP_CPU};
    counters->version = group->version;
    for (int counter = 0; counter < CGROUP_COUNTERS && counters->version != CGROUP_NONE; counter++) {
        int folder = group->folders[group->version == CGROUP_1 ? places[counter] : CGROUP_MEMORY];
        counters->files[counter] = openat(folder, names[group->version][counter], O_RDONLY | O_CLOEXEC);
        if (counters->files[counter] < 0) counters->version = CGROUP_NONE;
    }
}

bool cgroup_read(const struct cgroup_counters *counters, bool with_memory, struct cgroup_usage *usage) {
    bool first = counters->version == CGROUP_1;
    char text[4096] = "";
    if (with_memory && !read_text(counters->files[COUNTER_MEMORY], text, sizeof text)) return false;
    usage->anonymous = field(text, first ? "rss" : "anon");
    usage->shared = field(text, "shmem");
    if (!read_text(counters->files[COUNTER_KILLS], text, sizeof text)) return false;
    usage->oom_kills = (unsigned)field(text, "oom_kill");
    if (!read_text(counters->files[COUNTER_REFUSALS], text, sizeof text)) return false;
    usage->refused_tasks = (unsigned)field(text, "max");
    if (!read_text(counters->files[COUNTER_CPU], text, sizeof text)) return false;
    usage->cpu_ns = first ? strtoull(text, NULL, 10) : field(text, "usage_usec") * 1000;
    return true;
}
