#include "family.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

// A process of the machine.
struct kin {
    pid_t process, parent;
    unsigned threads;
    bool is_member;
};

static struct kin *everybody = NULL;
static size_t room = 0;

// Fields 4 and 20 of /proc/PID/stat, counted from the end of the name, which a process chooses itself.
static bool read_kin(int folder, const char *name, struct kin *kin) {
    char path[40], text[512];
    snprintf(path, sizeof path, "%.20s/stat", name);
    int file = openat(folder, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return false;
    text[length] = '\0';
    const char *rest = strrchr(text, ')');
    if (rest == NULL || rest[1] == '\0') return false;
    *kin = (struct kin){.process = (pid_t)strtol(name, NULL, 10), .threads = 1};
    return sscanf(rest + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %u", &kin->parent,
                  &kin->threads) >= 1;
}

static bool make_room(size_t count) {
    if (count < room) return true;
    size_t wanted = room == 0 ? 1024 : 2 * room;
    struct kin *larger = realloc(everybody, wanted * sizeof *larger);
    if (larger == NULL) return false;
    everybody = larger;
    room = wanted;
    return true;
}

// Reads all processes, or with `own` those of this user only.
static size_t read_everybody(int processes, bool own) {
    int folder = openat(processes, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = folder < 0 ? NULL : fdopendir(folder);
    if (entries == NULL) {
        if (folder >= 0) close(folder);
        return 0;
    }
    size_t count = 0;
    struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0]) || !make_room(count)) continue;
        struct stat status;
        if (own && (fstatat(folder, entry->d_name, &status, 0) != 0 || status.st_uid != getuid())) continue;
        if (read_kin(folder, entry->d_name, &everybody[count])) count++;
    }
    closedir(entries);
    return count;
}

static bool is_one_of(pid_t process, const pid_t *list, size_t count) {
    for (size_t index = 0; index < count; index++) {
        if (list[index] == process) return true;
    }
    return false;
}

void family_list(struct family *family, const pid_t *spared, size_t spared_count) {
    size_t total = read_everybody(family->processes, false);
    family->count = 0;
    // A parent mostly stands before its children; where numbers have begun anew, it takes another round.
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t index = 0; index < total && family->count < FAMILY_MEMBERS; index++) {
            struct kin *kin = &everybody[index];
            if (kin->is_member || is_one_of(kin->process, spared, spared_count)) continue;
            if (kin->parent != family->head && !family_has(family, kin->parent)) continue;
            kin->is_member = changed = true;
            family->members[family->count++] = kin->process;
        }
    }
}

bool family_has(const struct family *family, pid_t process) {
    return is_one_of(process, family->members, family->count);
}

size_t family_strike(struct family *family, const pid_t *spared, size_t spared_count) {
    family_list(family, spared, spared_count);
    static const struct rlimit none = {0, 0};
    for (size_t index = 0; index < family->count; index++) {
        prlimit(family->members[index], RLIMIT_NPROC, &none, NULL);
        kill(family->members[index], SIGKILL);
    }
    return family->count;
}

unsigned family_user_tasks(int processes) {
    size_t total = read_everybody(processes, true);
    unsigned tasks = 0;
    for (size_t index = 0; index < total; index++) tasks += everybody[index].threads;
    return tasks;
}
