// Process 1 of a box.

#ifndef SPAWND_INIT_H
#define SPAWND_INIT_H

#include <stdbool.h>
#include <sys/types.h>

#include "filter.h"

// What spawnd hands to the process that it has put into new namespaces.
struct init_setup {
    int channel; // to spawnd
    const struct filter *filter;
    int landlock; // ABI
    uid_t uid;    // of spawnd, which becomes `shown_uid`
    gid_t gid;
    uid_t shown_uid;
    gid_t shown_gid;
    bool listens; // what calls the filter hands on can be heard: it could with boxes before
    bool shares_network; // a container: its network is made already, and not its own
    unsigned omitted; // bits of enum omission
    const char *base; // for the folders of a box without namespaces
};

// Makes a blank box and waits for MESSAGE_LAUNCH, furnishes the box and says MESSAGE_READY, waits for MESSAGE_START,
// runs the program, and says MESSAGE_ENDED once every other process of the box is gone. Ends at once, and the box with
// it, when the channel to spawnd closes.
_Noreturn void init_run(const struct init_setup *setup);

#endif
