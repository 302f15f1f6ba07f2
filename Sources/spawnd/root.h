// A box's view of the file system.

#ifndef SPAWND_ROOT_H
#define SPAWND_ROOT_H

#include <stdbool.h>

#include "request.h"
#include "trees.h"

enum { SUBMISSION_ROOM = 8 << 20 };

// What init keeps of it.
struct root {
    int processes;    // a /proc of the box that hides nothing, attached nowhere
    int scratch;      // the tmpfs with everything that the program may write
    bool hides_processes; // whether the box's own /proc hides what the program may not trace
};

// Makes the root of the calling process, which is alone in a new mount namespace, and leaves nothing of the old one:
// the trees at their paths, /dev, /etc, /submission (read-only), the scratch directory with a copy of the submission,
// the home directory, /tmp and /dev/shm. /proc can still be written until root_seal.
// Returns 0, or -1 with errno set and `*failed` naming the step.
int root_make(struct root *root, const struct request *request, struct tree_list *trees, const char **failed);

// Forbids further namespaces below this one and makes /proc and the root read-only.
int root_seal(const char **failed);

// The directories that the program may write to, in the box's own view.
enum { ROOT_WRITABLE = 4 };
void root_writable(const struct request *request, const char *paths[ROOT_WRITABLE]);

#endif
