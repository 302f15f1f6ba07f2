// A box where no namespaces can be had: folders of its own below /tmp of the host, listeners on the host's loopback.
//
// The program sees the host's file system through Landlock, which shows it the trees of the request and its own folders.
// The folders of the request have other names here: /work is /tmp/skylab-…/work. The environment and the arguments are
// rewritten accordingly; what a program has written out in full inside itself is not.

#ifndef SPAWND_BARE_H
#define SPAWND_BARE_H

#include <stdbool.h>

#include "request.h"

enum { BARE_BASE = 40 };

// The name of a folder that nobody can foresee. Returns 0, or -1 with errno set.
int bare_name(char base[BARE_BASE]);

// Makes the folders and fills them. Returns 0, or -1 with errno set and `*failed` naming the step.
int bare_furnish(const char *base, const struct request *request, const char **failed);

// Puts the folders below `base` where the request names those of a box with namespaces: in its paths, and where they
// begin a part of an argument or of a variable. Returns 0, or -1 with errno set.
int bare_relocate(struct request *request, const char *base);

// The folders that the program may write to.
enum { BARE_WRITABLE = 3 };
struct bare_folders {
    char submission[BARE_BASE + 16];
    char writable[BARE_WRITABLE][BARE_BASE + 16];
};
void bare_folders(struct bare_folders *folders, const char *base);

// What the folders hold, up to a little beyond what is allowed.
struct bare_usage {
    uint64_t bytes, inodes;
};
void bare_measure(const char *base, const struct limits *limits, struct bare_usage *usage);

// Takes the folders away with everything in them, however deep and with whatever modes. Nobody may be using them.
void bare_remove(const char *base);

#endif
