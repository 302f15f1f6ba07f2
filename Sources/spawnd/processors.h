// On which processors the two processes of a box set it up. A kernel may keep a new process waiting for its parent's
// processor though another one is idle, and these two have much to do at the same time.

#ifndef SPAWND_PROCESSORS_H
#define SPAWND_PROCESSORS_H

#include <sys/types.h>

// Remembers where this process may run. To be called before the fork.
void processors_remember(void);

// Lets the process, a new child, begin on another processor than this process's, if there is one.
void processors_begin_elsewhere(pid_t process);

// Lets the calling process run wherever the one that remembered may.
void processors_allow_all(void);

#endif
