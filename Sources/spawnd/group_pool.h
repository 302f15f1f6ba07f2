// Control groups for boxes, of which those that a box has left as new are given to the next ones: under version 1 nothing
// else that spawnd does for a box costs as much as to make its groups, and to take them away keeps the kernel busy.

#ifndef SPAWND_GROUP_POOL_H
#define SPAWND_GROUP_POOL_H

#include "cgroup.h"

// A group for a box. Version CGROUP_NONE where there can be none.
void group_pool_take(struct cgroup *group, const struct cgroup *home);

// Takes back a group of which every process is gone. Keeps it or takes it away.
void group_pool_return(struct cgroup *group, const struct cgroup *home);

// Takes away whatever was kept.
void group_pool_empty(const struct cgroup *home);

#endif
