// The process that a box begins as.

#ifndef SPAWND_CLONE_H
#define SPAWND_CLONE_H

#include <stdbool.h>
#include <sys/types.h>

// Where the box's end of the channel is in the new process.
enum { INIT_CHANNEL = 3 };

// A copy of this process, as process 1 of new namespaces unless it is to be `bare`, with a pidfd of it. Returns as fork
// does. The network is not among them: it takes the kernel as long as all the rest, so it is made beside the rest
// (network_make).
pid_t clone_box(bool bare, int *handle);

// In a new box: leaves the channel open, as INIT_CHANNEL, and nothing else. Returns 0 or -1.
int clone_keep_only(int channel);

#endif
