// Which user and which capabilities a process of ours has.

#ifndef SPAWND_PRIVILEGES_H
#define SPAWND_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

// Leaves root for `uid` (and the group of the same number) for good. CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH stay
// permitted, not effective, where there were any, so that privileges_raise can open trees that only root reaches.
// Does nothing for an ordinary user. Returns 0, or -1 with errno set.
int privileges_leave_root(uid_t uid);

// Whether privileges_raise has an effect.
bool privileges_held(void);

// Makes the kept capabilities effective, or no longer so.
void privileges_raise(bool effective);

// Gives up every capability, in every set, for this process and what it executes. Returns 0, or -1 with errno set.
int privileges_drop_all(void);

#endif
