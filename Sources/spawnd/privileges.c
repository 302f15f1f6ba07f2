#include "privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool held = false;

enum { KEPT = (1u << CAP_SYS_ADMIN) | (1u << CAP_DAC_READ_SEARCH) };

static int set_capabilities(unsigned permitted, unsigned effective) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    memset(data, 0, sizeof data);
    data[0].permitted = permitted;
    data[0].effective = effective;
    return (int)syscall(SYS_capset, &header, data);
}

static unsigned permitted_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    memset(data, 0, sizeof data);
    return syscall(SYS_capget, &header, data) == 0 ? data[0].permitted : 0;
}

// In a user namespace there may be no other user than its root, which outside is an ordinary one.
static bool is_mapped(uid_t uid) {
    FILE *map = fopen("/proc/self/uid_map", "re");
    if (map == NULL) return true;
    unsigned long inside, outside, count;
    bool found = false;
    while (!found && fscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3) {
        found = uid >= inside && uid - inside < count;
    }
    fclose(map);
    return found;
}

int privileges_leave_root(uid_t uid) {
    if (geteuid() != 0) return 0;
    if (!is_mapped(uid)) {
        // Nobody else may show a user 0 in a user namespace below: a box's has it as its user 1000.
        unsigned needed = permitted_capabilities() & (1u << CAP_SETFCAP);
        return set_capabilities(needed, needed);
    }
    gid_t gid = (gid_t)uid;
    if (prctl(PR_SET_KEEPCAPS, 1) != 0) return -1;
    if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) return -1;
    unsigned kept = permitted_capabilities() & KEPT;
    held = kept == KEPT;
    return set_capabilities(held ? kept : 0, 0);
}

bool privileges_held(void) { return held; }

void privileges_raise(bool effective) {
    if (held) set_capabilities(KEPT, effective ? KEPT : 0);
}

int privileges_drop_all(void) {
    for (int capability = 0; capability < 64; capability++) {
        if (prctl(PR_CAPBSET_DROP, capability) != 0) break;  // EINVAL: past the last one
    }
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return -1;
    return set_capabilities(0, 0);
}
