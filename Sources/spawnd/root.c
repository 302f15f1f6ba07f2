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

// The devices of every box.
static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

// A new /proc of this process namespace, not attached to anything.
static int open_proc(const char *hidepid, unsigned attributes) {
    int context = fsopen("proc", FSOPEN_CLOEXEC);
    if (context < 0) return -1;
    int result = hidepid == NULL ? 0 : fsconfig(context, FSCONFIG_SET_STRING, "hidepid", hidepid, 0);
    if (result == 0) result = fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    attributes |= MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    int mount = result == 0 ? fsmount(context, FSMOUNT_CLOEXEC, attributes) : -1;
    int problem = errno;
    close(context);
    errno = problem;
    return mount;
}

// The box's own, as hidden as the kernel can: Linux 5.8 has the word, older ones the number.
static int open_hidden_proc(bool *hidden) {
    *hidden = true;
    int mount = open_proc("invisible", MOUNT_ATTR_RDONLY);
    if (mount < 0 && errno == EINVAL) mount = open_proc("2", MOUNT_ATTR_RDONLY);
    if (mount >= 0 || errno != EINVAL) return mount;
    *hidden = false;
    return open_proc(NULL, MOUNT_ATTR_RDONLY);
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

// The new root is the working directory, and nothing in it leads out yet.
static int make_dev(void) {
    static const char *const links[][2] = {
        {"/proc/self/fd", "dev/fd"},
        {"/proc/self/fd/0", "dev/stdin"},
        {"/proc/self/fd/1", "dev/stdout"},
        {"/proc/self/fd/2", "dev/stderr"},
    };
    if (mkdir("dev", 0755) != 0) return -1;
    for (size_t index = 0; index < sizeof links / sizeof *links; index++) {
        if (symlink(links[index][0], links[index][1]) != 0) return -1;
    }
    for (size_t index = 0; index < sizeof devices / sizeof *devices; index++) {
        struct tree device;
        if (tree_open(&device, devices[index]) != 0) return -1;
        int file = open(devices[index] + 1, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (file < 0) return -1;
        close(file);
        if (move_mount(device.mount, "", AT_FDCWD, devices[index] + 1, MOVE_MOUNT_F_EMPTY_PATH) != 0) return -1;
        close(device.mount);
    }
    return 0;
}

// No user namespace may be made below this box, not even by a program that has found a way past the filter; and without a
// new one nobody there has the right to make any other namespace.
static int forbid_user_namespaces(int processes) {
    int file = openat(processes, "sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC);
    if (file < 0) return errno == ENOENT ? 0 : -1;
    ssize_t written = write(file, "0", 1);
    int problem = errno;
    close(file);
    errno = problem;
    return written == 1 ? 0 : -1;
}

int root_begin(struct root *root, const char **failed) {
    *failed = "mount /proc";
    int hidden = open_hidden_proc(&root->hides_processes);
    root->processes = open_proc(NULL, 0);
    if (hidden < 0 || root->processes < 0) return -1;
    *failed = "/proc/sys/user";
    if (forbid_user_namespaces(root->processes) != 0) return -1;
    *failed = "mount a new root";
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return -1;
    // Only init writes to it, and no more than the request holds. It hides the old /proc, in which no tree lies and
    // which nobody needs any more.
    if (mount("root", "/proc", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0 || chdir("/proc") != 0) return -1;
    *failed = "/proc";
    if (mkdir("proc", 0755) != 0 || move_mount(hidden, "", AT_FDCWD, "proc", MOVE_MOUNT_F_EMPTY_PATH) != 0) return -1;
    close(hidden);
    *failed = "/dev";
    return make_dev();
}

int root_turn(struct root *root) {
    // The old root covers the new one as long as it is there, but absolute paths do not pass it.
    if (syscall(SYS_pivot_root, ".", ".") != 0) return -1;
    root->covers_new = true;
    return 0;
}

int root_take_old_away(struct root *root) {
    if (!root->covers_new) return 0;
    root->covers_new = false;
    return umount2(".", MNT_DETACH) != 0 ? -1 : chdir("/");
}

// One tmpfs holds all that can be written, so that the limit on disk space is one limit. It lies where its last part
// covers it.
static int make_scratch(struct root *root, const struct request *request) {
    static const char *const parts[ROOT_WRITABLE] = {"/dev/shm/work", "/dev/shm/home", "/dev/shm/tmp", "/dev/shm/shm"};
    const char *places[ROOT_WRITABLE];
    root_writable(request, places);
    char options[96];
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=0700", (unsigned long long)request->limits.disk,
             (unsigned long long)request->limits.inodes);
    if (mkdir("/dev/shm", 0700) != 0) return -1;
    if (mount("scratch", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, options) != 0) return -1;
    root->scratch = open("/dev/shm", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root->scratch < 0) return -1;
    for (int index = 0; index < ROOT_WRITABLE; index++) {
        if (mkdir(parts[index], 0700) != 0 || make_parents(AT_FDCWD, places[index]) != 0) return -1;
        if (mkdir(places[index], 0755) != 0 && errno != EEXIST) return -1;
        if (mount(parts[index], places[index], NULL, MS_BIND, NULL) != 0) return -1;
    }
    return 0;
}

int root_shape(struct root *root, const struct request *request, struct tree_list *trees, const char **failed) {
    *failed = "pivot_root";
    if (root_turn(root) != 0) return -1;
    *failed = "/etc";
    if (make_etc(request) != 0) return -1;
    *failed = "the scratch directories";
    if (make_scratch(root, request) != 0) return -1;
    if (trees_place(trees, failed) != 0) return -1;
    *failed = "/submission";
    return mkdir("/submission", 0755);
}

int root_fill(const struct root *root, const struct request *request, const char **failed) {
    *failed = "/submission";
    if (files_write("/submission", request) != 0) return -1;
    *failed = request->scratch;
    if (files_write(request->scratch, request) != 0) return -1;
    *failed = "files of the root";
    if (files_write_root(request) != 0) return -1;
    *failed = "a /tmp that is kept";
    if (root->kept >= 0 && move_mount(root->kept, "", AT_FDCWD, "/tmp", MOVE_MOUNT_F_EMPTY_PATH) != 0) return -1;
    *failed = "read-only root";
    return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL);
}

void root_writable(const struct request *request, const char *paths[ROOT_WRITABLE]) {
    paths[0] = request->scratch;
    paths[1] = request->home;
    paths[2] = "/tmp";
    paths[3] = "/dev/shm";
}
