// A control group for each box, where this machine lets us make some: version 1 or 2.
//
// They bound memory (with the tmpfs and what the kernel holds for the box) and tasks hard, and count processor time
// exactly. Init stays outside; the student's process is in the group before it executes anything. It gets a namespace of
// control groups of its own, init does not: version 2 lets nobody move a process beyond the root of his namespace.
//
// <https://docs.kernel.org/admin-guide/cgroup-v1/memory.html>, <https://docs.kernel.org/admin-guide/cgroup-v2.html>

#ifndef SPAWND_CGROUP_H
#define SPAWND_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "request.h"

enum cgroup_version { CGROUP_NONE = 0, CGROUP_1 = 1, CGROUP_2 = 2 };
enum cgroup_controller { CGROUP_MEMORY, CGROUP_PIDS, CGROUP_CPU, CGROUP_CONTROLLERS };

// A group in each hierarchy. Under version 2 there is one hierarchy, and all three are the same folder.
struct cgroup {
    enum cgroup_version version;
    int folders[CGROUP_CONTROLLERS]; // -1 where there is none
    unsigned number; // of a box's
};

// Makes the group below which those of the boxes are made, owned by `uid` where the caller is root, and takes away what
// dead predecessors have left. Version CGROUP_NONE and errno where there can be none.
void cgroup_open_home(struct cgroup *home, uid_t uid);

// Makes and opens a group for a box. CGROUP_NONE where that fails.
void cgroup_make(struct cgroup *group, const struct cgroup *home, unsigned number);

// Sets the limits of a box's group. False where the kernel refuses one.
bool cgroup_limit(const struct cgroup *group, const struct limits *limits);

// Puts a process, which has one thread, into the group; 0 is the caller. Under version 1 it must be the caller.
bool cgroup_put(const struct cgroup *group, pid_t process);

// The group whose folders came with a message.
struct cgroup cgroup_taken(enum cgroup_version version, const int *folders, size_t count);

// Makes a group, of which every process is gone, like new. False where it is not to be used again: the kernel's counts of
// what has been refused or killed cannot be set back, and under version 2 no other can either.
bool cgroup_renew(const struct cgroup *group);

// Whether hardly anything is charged to the group: a renewed one may hold files that its processes were the first to read.
bool cgroup_is_empty(const struct cgroup *group);

// Takes away a box's group, of which every process is gone. Closes it.
void cgroup_remove(struct cgroup *group, const struct cgroup *home);

// Takes away the home, where the caller may. Closes it.
void cgroup_close_home(struct cgroup *home);

// What the group's processes use and have met.
struct cgroup_usage {
    uint64_t anonymous; // bytes
    uint64_t shared;    // bytes of shared memory, files of a tmpfs included
    uint64_t cpu_ns;
    unsigned oom_kills;
    unsigned refused_tasks; // forks refused for the limit
};

// The files that tell it, open.
enum cgroup_counter { COUNTER_MEMORY, COUNTER_KILLS, COUNTER_REFUSALS, COUNTER_CPU, CGROUP_COUNTERS };
struct cgroup_counters {
    enum cgroup_version version; // CGROUP_NONE where there are none
    int files[CGROUP_COUNTERS];
};

// Opens them; version CGROUP_NONE where that fails.
void cgroup_counters_open(struct cgroup_counters *counters, const struct cgroup *group);

// Reads them, memory only where that is wanted: the kernel has to sum it up. False where that fails.
bool cgroup_read(const struct cgroup_counters *counters, bool with_memory, struct cgroup_usage *usage);

#endif
