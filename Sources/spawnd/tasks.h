// Whether anything of a box is running, or everything waits.

#ifndef SPAWND_TASKS_H
#define SPAWND_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "family.h"

enum { TASKS_WATCHED = 256 };

// The box's tasks but init, as of the last look, each with its open /proc/PID/task/TID/stat.
struct tasks {
    int directory; // /proc
    struct family *family; // NULL where all that /proc shows are the box's
    bool looked;   // for sys/kernel/ns_last_pid
    int newest;    // it, or -1 where the kernel has none
    long seen;     // what it said at the last listing
    bool complete; // whether all tasks are in the table
    size_t count;
    struct {
        pid_t id;
        int state;
    } table[TASKS_WATCHED];
};

// `processes` is a mount of the box's /proc that hides nothing; it and `family` are kept.
void tasks_open(struct tasks *tasks, int processes, struct family *family);

// Whether every task of the box waits for something or is one of `sleepers`. With more tasks than the table holds the
// answer is no.
bool tasks_are_idle(struct tasks *tasks, const pid_t *sleepers, size_t count);

#endif
