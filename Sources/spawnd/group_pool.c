#include "group_pool.h"

enum { MOST = 16 };

static struct cgroup kept[MOST];
static int count = 0;
static unsigned made = 0;

void group_pool_take(struct cgroup *group, const struct cgroup *home) {
    while (count > 0) {
        *group = kept[--count];
        if (cgroup_is_empty(group)) return;
        cgroup_remove(group, home);
    }
    cgroup_make(group, home, ++made);
}

void group_pool_return(struct cgroup *group, const struct cgroup *home) {
    if (count < MOST && cgroup_renew(group)) kept[count++] = *group;
    else cgroup_remove(group, home);
}

void group_pool_empty(const struct cgroup *home) {
    while (count > 0) cgroup_remove(&kept[--count], home);
}
