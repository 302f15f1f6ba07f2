// Turns a process in new, empty namespaces into the init of a furnished box.

#ifndef SPAWND_FURNISH_H
#define SPAWND_FURNISH_H

#include "init.h"
#include "root.h"

struct box {
    struct root root;
    int listeners[REQUEST_LISTENERS];
};

// Returns 0, or -1 with errno set and `*failed` naming the step.
int furnish(struct box *box, const struct init_setup *setup, const char **failed);

#endif
