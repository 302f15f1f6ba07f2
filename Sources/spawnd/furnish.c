#include "furnish.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "container.h"
#include "privileges.h"

static int write_text(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t written = write(file, text, strlen(text));
    int problem = errno;
    close(file);
    errno = problem;
    return written < 0 ? -1 : 0;
}

int furnish_ids(uid_t shown_uid, uid_t uid, gid_t shown_gid, gid_t gid) {
    // After a change of user the kernel gives /proc/self to root; being dumpable gives it back.
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) return -1;
    char line[48];
    if (write_text("/proc/self/setgroups", "deny") != 0) return -1;
    snprintf(line, sizeof line, "%u %u 1", (unsigned)shown_uid, (unsigned)uid);
    if (write_text("/proc/self/uid_map", line) != 0) return -1;
    snprintf(line, sizeof line, "%u %u 1", (unsigned)shown_gid, (unsigned)gid);
    return write_text("/proc/self/gid_map", line);
}

int furnish_blank(const struct init_setup *setup, const char **failed) {
    *failed = "uid map of a user namespace";
    if (furnish_ids(setup->shown_uid, setup->uid, setup->shown_gid, setup->gid) != 0) return -1;
    *failed = "PR_SET_PDEATHSIG";
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return -1;
    *failed = "sethostname";
    if (sethostname("skylab", 6) != 0) return -1;
    *failed = "PR_SET_DUMPABLE";
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int furnish_bare(struct root *root, const char **failed) {
    *failed = "PR_SET_CHILD_SUBREAPER";
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return -1;
    *failed = "capset";
    if (privileges_drop_all() != 0) return -1;
    *failed = "PR_SET_DUMPABLE";
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return -1;
    *failed = "/proc";
    *root = (struct root){.processes = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .scratch = -1};
    return root->processes < 0 ? -1 : 0;
}

int furnish_shape(struct root *root, const struct request *request, struct tree_list *trees, const char **failed) {
    if (trees_open(trees, request->trees, request->tree_count, failed) != 0) return -1;
    if (request->container.is_container) return container_shape(root, request, trees, failed);
    return root_shape(root, request, trees, failed);
}
