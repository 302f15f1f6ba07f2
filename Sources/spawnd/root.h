// A box's view of the file system.

#ifndef SPAWND_ROOT_H
#define SPAWND_ROOT_H

#include <stdbool.h>

#include "request.h"
#include "trees.h"

// What init keeps of it.
struct root {
    int processes;        // a /proc of the box that hides nothing, attached nowhere
    int scratch;          // the tmpfs with everything that the program may write, but for
    int kept;             // the /tmp of a box before, or -1
    bool hides_processes; // whether the box's own /proc hides what the program may not trace
    bool covers_new; // the old root lies over the new one, in the working directory
};

// Begins the root of the calling process, which is alone in new namespaces: a tmpfs with /proc and /dev, as yet in a
// corner of the old root, whose files can still be reached by their paths. Forbids further namespaces below this one.
// Returns 0, or -1 with errno set and `*failed` naming the step.
int root_begin(struct root *root, const char **failed);

// Writes the files of the request to /submission and to the scratch directory and makes the root read-only. A /tmp that is
// kept is put into its place. Returns as root_begin does.
int root_fill(const struct root *root, const struct request *request, const char **failed);

// Turns to the new root, and furnishes it as the request wants it, but for the files: the trees at their paths,
// /etc, /submission, the scratch directory, the home directory, /tmp and /dev/shm. Returns as root_begin does.
int root_shape(struct root *root, const struct request *request, struct tree_list *trees, const char **failed);

// A part of the above, for containers: turns to the working directory as the new root, which the old one then covers.
int root_turn(struct root *root);

// Takes the old root away, if that was not done yet. The kernel waits for all processors before it lets go of mounts, so
// this is done when nobody waits for init. Returns 0, or -1 with errno set.
int root_take_old_away(struct root *root);

// The directories that the program may write to, in the box's own view.
enum { ROOT_WRITABLE = 4 };
void root_writable(const struct request *request, const char *paths[ROOT_WRITABLE]);

#endif
