// Where this process is in the hierarchies of control groups.

#ifndef SPAWND_CGROUP_PLACE_H
#define SPAWND_CGROUP_PLACE_H

#include <limits.h>
#include <stdbool.h>

// The folder of this process's group in the hierarchy of a controller of version 1, or of version 2 for "". Returns 0, or
// -1 with errno set.
int cgroup_place(const char *controller, char path[PATH_MAX]);

// Lets groups below `path`, a group of version 2, have limits on memory and tasks. A service of systemd's must have been
// handed its group (<https://systemd.io/CGROUP_DELEGATION/>). The kernel wants no process in the group itself, so that the
// grader and this process, if they are alone in it, move into one below; where they have done so before, `path` becomes
// the group above.
bool cgroup_delegate(char path[PATH_MAX]);

#endif
