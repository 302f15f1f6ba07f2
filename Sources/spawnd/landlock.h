// Landlock: a second lock on the files that the mounts already guard, and on signals and abstract sockets.
//
// https://docs.kernel.org/userspace-api/landlock.html

#ifndef SPAWND_LANDLOCK_H
#define SPAWND_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

// The ABI that the kernel offers; 0 where Landlock is missing or switched off.
int landlock_abi(void);

// From this ABI on a program can be kept from signalling processes outside of its box: enough to do without namespaces.
enum { LANDLOCK_SCOPES = 6 };

// Paths of files and folders; what does not exist, or cannot be reached by this user, is left out.
struct landlock_paths {
    const char *const *paths;
    size_t count;
};

// Confines the calling thread for good: read and execute below `readable`, or wherever it can where that is NULL; write below
// `writable` too, and to /dev/null and its like. Without `network` no TCP connection can be made and no port be bound (from ABI 4 on). no_new_privs must
// be set. Returns 0, or -1 with errno set.
int landlock_confine(int abi, const struct landlock_paths *readable, struct landlock_paths writable, bool network);

#endif
