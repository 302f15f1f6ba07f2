// What the processes of a box use, read from its /proc by init.

#ifndef SPAWND_ACCOUNT_H
#define SPAWND_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "cgroup.h"
#include "family.h"
#include "request.h"
#include "root.h"

struct account {
    struct cgroup_counters counters;
    struct family *family; // NULL where all that /proc shows are the box's
    int scratch; // the tmpfs, whose files are no memory of the processes
    int kept;    // a /tmp of a box before, or -1
    bool ran_out_of_memory; // the kernel killed somebody for it
    bool was_refused_tasks; // a fork was refused
    int directory; // /proc, open for listing
    const struct limits *limits; // a sum of resident memory beyond theirs is checked against the proportional share
    uint64_t cpu_ns;
    uint64_t memory; // anonymous and shared memory of all, bytes
    unsigned tasks;  // processes and threads, zombies included, init not; beyond the limit no more than some beyond it
    unsigned processes; // that are alive, init not
    uint64_t peak_memory;
    unsigned peak_tasks;
    uint64_t confirmed_sum; // the resident sum at the last look at proportional shares
    uint64_t confirmed;
};

// `root`, `family` and `limits` are kept. Returns 0, or -1 with errno set.
int account_open(struct account *account, const struct root *root, const struct cgroup *group, struct family *family,
                 const struct limits *limits);

// Whether the machine has less memory left than it must have beside a box that uses so much, as its limits say.
bool account_burdens_machine(const struct account *account);

// Reads everything anew. Costs some 10 µs a process; where there is `nobody` left only what they have used is read.
void account_take(struct account *account, bool nobody);

#endif
