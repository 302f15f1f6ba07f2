#include "tasks.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void tasks_open(struct tasks *tasks, int processes, struct family *family) {
    *tasks = (struct tasks){.directory = processes, .family = family, .seen = -1, .newest = -1};
}

// The id that the youngest task of the namespace got. As long as it is the same there can be no new ones.
static long newest(struct tasks *tasks) {
    char text[32];
    // The first look at this part of a new /proc takes its time, and most programs never sleep.
    if (!tasks->looked) tasks->newest = openat(tasks->directory, "sys/kernel/ns_last_pid", O_RDONLY | O_CLOEXEC);
    tasks->looked = true;
    ssize_t length = tasks->newest < 0 ? -1 : pread(tasks->newest, text, sizeof text - 1, 0);
    if (length <= 0) return -1;
    text[length] = '\0';
    return strtol(text, NULL, 10);
}

static void forget(struct tasks *tasks) {
    for (size_t index = 0; index < tasks->count; index++) close(tasks->table[index].state);
    tasks->count = 0;
}

// Calls for each name that is a number in a folder of /proc; a folder that is gone has none.
static void list(struct tasks *tasks, const char *path, void (*visit)(struct tasks *, const char *, const char *)) {
    int folder = openat(tasks->directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    DIR *entries = fdopendir(folder);
    if (entries == NULL) {
        close(folder);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0])) visit(tasks, path, entry->d_name);
    }
    closedir(entries);
}

static void add_task(struct tasks *tasks, const char *folder, const char *id) {
    if (tasks->count == TASKS_WATCHED) {
        tasks->complete = false;
        return;
    }
    char path[96];
    snprintf(path, sizeof path, "%s/%.16s/stat", folder, id);
    int state = openat(tasks->directory, path, O_RDONLY | O_CLOEXEC);
    if (state < 0) return;
    tasks->table[tasks->count].id = (pid_t)strtol(id, NULL, 10);
    tasks->table[tasks->count++].state = state;
}

static void add_process(struct tasks *tasks, const char *folder, const char *id) {
    (void)folder;
    bool ours = tasks->family == NULL ? strcmp(id, "1") != 0
                                      : family_has(tasks->family, (pid_t)strtol(id, NULL, 10));
    if (!ours) return;
    char path[32];
    snprintf(path, sizeof path, "%.16s/task", id);
    list(tasks, path, add_task);
}

static void refresh(struct tasks *tasks) {
    long last = newest(tasks);
    if (last > 0 && last == tasks->seen && tasks->complete) return;
    forget(tasks);
    tasks->complete = true;
    tasks->seen = last;
    if (tasks->family != NULL) family_list(tasks->family, NULL, 0);
    list(tasks, ".", add_process);
}

// The third field of stat, behind a name that the task chooses itself and that has at most 15 characters.
static bool is_running(int file) {
    char text[96];
    ssize_t length = pread(file, text, sizeof text - 1, 0);
    if (length <= 0) return false;
    text[length] = '\0';
    const char *name_end = strrchr(text, ')');
    return name_end != NULL && (name_end[2] == 'R' || name_end[2] == 'D');
}

static bool is_one_of(pid_t id, const pid_t *ids, size_t count) {
    for (size_t index = 0; index < count; index++) {
        if (ids[index] == id) return true;
    }
    return false;
}

enum { SLEEPERS_ASKED = 64 };

bool tasks_are_idle(struct tasks *tasks, const pid_t *sleepers, size_t count) {
    refresh(tasks);
    for (size_t index = 0; index < tasks->count; index++) {
        // A sleeper that runs has been sent a signal and does not know it yet; who has a crowd asleep is not asked one by one.
        if (count > SLEEPERS_ASKED && is_one_of(tasks->table[index].id, sleepers, count)) continue;
        if (is_running(tasks->table[index].state)) {
            // It may be making a task right now, which has its id already but is not listed yet.
            tasks->seen = -1;
            return false;
        }
    }
    return tasks->complete;
}
