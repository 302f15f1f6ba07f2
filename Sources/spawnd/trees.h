// Host trees that a box shows read-only at the path that they have outside.
//
// An ordinary user's init opens them itself. Started by root, spawnd opens them, because it can reach what an
// unprivileged init cannot, and sends them.

#ifndef SPAWND_TREES_H
#define SPAWND_TREES_H

#include <stddef.h>

enum tree_kind { TREE_ABSENT = 0, TREE_DIRECTORY, TREE_FILE, TREE_SYMLINK };

struct tree {
    const char *path;
    size_t index;      // of the path among the request's
    enum tree_kind kind;
    int mount;         // a detached mount of it, or -1
    char *target;      // where a symbolic link points, or NULL
};

enum { TREE_LIMIT = 96 };

struct tree_list {
    struct tree trees[TREE_LIMIT];
    size_t count;
};

// Opens each path as a detached mount, read-only, nosuid, nodev (devices excepted), in the mount namespace of the
// caller. A path that does not exist is left out. On failure returns -1 with errno set and `*failed` naming the path.
int trees_open(struct tree_list *list, const char *const *paths, size_t count, const char **failed);

// Opens one. A path that does not exist is TREE_ABSENT. Returns 0, or -1 with errno set.
int tree_open(struct tree *tree, const char *path);

// Whether the list already shows `path`, which then needs no mount of its own.
int trees_cover(const struct tree_list *list, const char *path);

// Puts the trees at their paths, making the directories on the way, and closes the mounts. The caller has already made
// the box's root its own: no path, whatever links it goes through, leads out of it.
int trees_place(struct tree_list *list, const char **failed);

// Gives back what tree_open took.
void tree_close(struct tree *tree);

void trees_close(struct tree_list *list);

// Makes the directories above `path`, below the directory `base`, with mode 0755. Returns 0, or -1 with errno set.
int make_parents(int base, const char *path);

#endif
