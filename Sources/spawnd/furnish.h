// Turns a process in new, empty namespaces into the init of a furnished box.

#ifndef SPAWND_FURNISH_H
#define SPAWND_FURNISH_H

#include <sys/types.h>

#include "init.h"
#include "root.h"

// Makes of it who a box is. Returns 0, or -1 with errno set and `*failed` naming the step.
int furnish_blank(const struct init_setup *setup, const char **failed);

// The user and group that this process, alone in a new user namespace, is shown as there.
int furnish_ids(uid_t shown_uid, uid_t uid, gid_t shown_gid, gid_t gid);

// The root that the request wants, but for its files. `trees` are the ones that came with it; the rest of the request's
// are opened here. Returns as furnish_blank does.
int furnish_shape(struct root *root, const struct request *request, struct tree_list *trees, const char **failed);

// Does what there is to do for a box without namespaces: whoever loses a parent in it becomes the caller's child.
int furnish_bare(struct root *root, const char **failed);

#endif
