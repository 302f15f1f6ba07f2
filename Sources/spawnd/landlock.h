// Landlock: a second lock on the files that the mounts already guard, and on signals and abstract sockets.
//
// https://docs.kernel.org/userspace-api/landlock.html

#ifndef SPAWND_LANDLOCK_H
#define SPAWND_LANDLOCK_H

#include <stddef.h>

// The ABI that the kernel offers; 0 where Landlock is missing or switched off.
int landlock_abi(void);

// Confines the calling thread for good: read and execute everywhere, write below `writable` and to /dev/null and its
// like. no_new_privs must be set. Returns 0, or -1 with errno set.
int landlock_confine(int abi, const char *const *writable, size_t count);

#endif
