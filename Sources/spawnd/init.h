// Process 1 of a box.

#ifndef SPAWND_INIT_H
#define SPAWND_INIT_H

#include <stdbool.h>
#include <sys/types.h>

#include "filter.h"
#include "request.h"
#include "trees.h"

// What spawnd hands to the process that it has put into new namespaces.
struct init_setup {
    int channel; // to spawnd
    int standard_output;
    int standard_error;
    struct request *request;
    struct tree_list *trees; // already open, or empty: init opens them itself
    const struct filter *filter;
    int landlock; // ABI
    int cgroup;   // enum cgroup_kind
    uid_t uid;    // of spawnd, which becomes 1000
    gid_t gid;
};

// Furnishes the box, says MESSAGE_READY, waits for MESSAGE_START, runs the program, and says MESSAGE_ENDED once every
// process of the box is gone. Ends at once, and the box with it, when the channel to spawnd closes.
_Noreturn void init_run(const struct init_setup *setup);

#endif
