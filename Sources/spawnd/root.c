#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"

static const char staging[] = "/.scratch";

// A new /proc of this process namespace, not attached to anything.
static int open_proc(const char *hidepid) {
    int context = fsopen("proc", FSOPEN_CLOEXEC);
    if (context < 0) return -1;
    int result = hidepid == NULL ? 0 : fsconfig(context, FSCONFIG_SET_STRING, "hidepid", hidepid, 0);
    if (result == 0) result = fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    int mount = result == 0 ? fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)
                            : -1;
    int problem = errno;
    close(context);
    errno = problem;
    return mount;
}

// The box's own, as hidden as the kernel can: Linux 5.8 has the word, older ones the number.
static int open_hidden_proc(bool *hidden) {
    *hidden = true;
    int mount = open_proc("invisible");
    if (mount < 0 && errno == EINVAL) mount = open_proc("2");
    if (mount >= 0 || errno != EINVAL) return mount;
    *hidden = false;
    return open_proc(NULL);
}

// Everything that is needed of the old root must be open by now.
static int change_root(const struct request *request) {
    char options[96];
    unsigned long long room = SUBMISSION_ROOM + request->file_bytes + 8192ull * request->file_count;
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%zu,mode=0755", room, 4096 + 4 * request->file_count);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return -1;
    if (mount("root", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options) != 0 || chdir("/tmp") != 0) return -1;
    if (syscall(SYS_pivot_root, ".", ".") != 0) return -1;
    return umount2(".", MNT_DETACH) != 0 || chdir("/") != 0 ? -1 : 0;
}

static int write_file(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) return -1;
    ssize_t written = write(file, text, strlen(text));
    close(file);
    return written == (ssize_t)strlen(text) ? 0 : -1;
}

static int make_etc(const struct request *request) {
    char accounts[512];
    int length = snprintf(accounts, sizeof accounts,
                          "root:x:0:0:root:/root:/usr/sbin/nologin\n"
                          "student:x:1000:1000:student:%s:/bin/bash\n"
                          "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
                          request->home);
    if (length >= (int)sizeof accounts) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (mkdir("/etc", 0755) != 0 && errno != EEXIST) return -1;
    if (write_file("/etc/passwd", accounts) != 0) return -1;
    if (write_file("/etc/group", "root:x:0:\nstudent:x:1000:\nnogroup:x:65534:\n") != 0) return -1;
    if (write_file("/etc/hosts", "127.0.0.1 localhost skylab\n::1 localhost\n") != 0) return -1;
    if (write_file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n") != 0) return -1;
    return write_file("/etc/resolv.conf", "");
}

static int make_dev(void) {
    static const char *const links[][2] = {
        {"/proc/self/fd", "/dev/fd"},
        {"/proc/self/fd/0", "/dev/stdin"},
        {"/proc/self/fd/1", "/dev/stdout"},
        {"/proc/self/fd/2", "/dev/stderr"},
    };
    if (mkdir("/dev", 0755) != 0 && errno != EEXIST) return -1;
    for (size_t index = 0; index < sizeof links / sizeof *links; index++) {
        if (symlink(links[index][0], links[index][1]) != 0) return -1;
    }
    return 0;
}

// One tmpfs holds all that can be written, so that the limit on disk space is one limit.
static int make_scratch(struct root *root, const struct request *request) {
    static const char *const parts[ROOT_WRITABLE] = {"/.scratch/work", "/.scratch/home", "/.scratch/tmp", "/.scratch/shm"};
    const char *places[ROOT_WRITABLE];
    root_writable(request, places);
    char options[96];
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=0700", (unsigned long long)request->limits.disk,
             (unsigned long long)request->limits.inodes);
    if (mkdir(staging, 0700) != 0) return -1;
    if (mount("scratch", staging, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0) return -1;
    root->scratch = open(staging, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root->scratch < 0) return -1;
    for (int index = 0; index < ROOT_WRITABLE; index++) {
        if (mkdir(parts[index], 0700) != 0 || make_parents(AT_FDCWD, places[index]) != 0) return -1;
        if (mkdir(places[index], 0755) != 0 && errno != EEXIST) return -1;
        if (mount(parts[index], places[index], NULL, MS_BIND, NULL) != 0) return -1;
    }
    return umount2(staging, MNT_DETACH) != 0 ? -1 : rmdir(staging);
}

int root_make(struct root *root, const struct request *request, struct tree_list *trees, const char **failed) {
    *failed = "mount /proc";
    int hidden = open_hidden_proc(&root->hides_processes);
    root->processes = open_proc(NULL);
    if (hidden < 0 || root->processes < 0) return -1;
    *failed = "pivot_root";
    if (change_root(request) != 0) return -1;
    *failed = "/proc";
    if (mkdir("/proc", 0755) != 0 || move_mount(hidden, "", AT_FDCWD, "/proc", MOVE_MOUNT_F_EMPTY_PATH) != 0) return -1;
    close(hidden);
    *failed = "/dev";
    if (make_dev() != 0) return -1;
    *failed = "/etc";
    if (make_etc(request) != 0) return -1;
    *failed = "the scratch directories";
    if (make_scratch(root, request) != 0) return -1;
    if (trees_place(trees, failed) != 0) return -1;
    *failed = "/submission";
    if (mkdir("/submission", 0755) != 0 || files_write("/submission", request) != 0) return -1;
    *failed = request->scratch;
    return files_write(request->scratch, request);
}

int root_seal(const char **failed) {
    static const char *const kinds[] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"};
    *failed = "/proc/sys/user";
    for (size_t index = 0; index < sizeof kinds / sizeof *kinds; index++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/sys/user/max_%s_namespaces", kinds[index]);
        int file = open(path, O_WRONLY | O_CLOEXEC);
        if (file < 0 && errno == ENOENT) continue;
        if (file < 0 || write(file, "0", 1) != 1) return -1;
        close(file);
    }
    *failed = "read-only root";
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV;
    if (mount(NULL, "/", NULL, flags, NULL) != 0) return -1;
    return mount(NULL, "/proc", NULL, flags | MS_NOEXEC, NULL);
}

void root_writable(const struct request *request, const char *paths[ROOT_WRITABLE]) {
    paths[0] = request->scratch;
    paths[1] = request->home;
    paths[2] = "/tmp";
    paths[3] = "/dev/shm";
}
