#include "container.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

size_t container_take_folders(struct parcel *parcel, int *folders) {
    size_t count = 0;
    for (size_t index = LAUNCH_DESCRIPTORS; index < parcel->count; index++) folders[count++] = parcel->descriptors[index];
    if (parcel->count > LAUNCH_DESCRIPTORS) parcel->count = LAUNCH_DESCRIPTORS;
    return count;
}

// A folder of the image that something is to be mounted on. An image could have a link there; that is refused.
static int make_place(const char *path) {
    if (mkdir(path, 0755) != 0 && errno != EEXIST) return -1;
    struct stat status;
    if (lstat(path, &status) != 0) return -1;
    if (S_ISDIR(status.st_mode)) return 0;
    errno = ENOTDIR;
    return -1;
}

// The working directory is the new root, a tmpfs that is at /proc of the old one as long as there is an old one.
static int mount_image(struct root *root, const struct request *request, const struct tree *image, const char **failed) {
    char options[160];
    *failed = "the image";
    if (image->kind != TREE_DIRECTORY) {
        errno = ENOTDIR;
        return -1;
    }
    if (mkdir("lower", 0700) != 0 || move_mount(image->mount, "", AT_FDCWD, "lower", MOVE_MOUNT_F_EMPTY_PATH) != 0) {
        return -1;
    }
    *failed = "the container's own layer";
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=0755", (unsigned long long)request->limits.disk,
             (unsigned long long)request->limits.inodes);
    if (mkdir("layer", 0700) != 0 || mount("layer", "layer", "tmpfs", MS_NOSUID | MS_NODEV, options) != 0) return -1;
    root->scratch = open("layer", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root->scratch < 0) return -1;
    if (mkdir("layer/upper", 0755) != 0 || mkdir("layer/work", 0700) != 0 || mkdir("layer/shm", 01777) != 0) return -1;
    *failed = "overlay";
    return mkdir("image", 0755) != 0 ||
                   mount("overlay", "image", "overlay", MS_NOSUID | MS_NODEV,
                         "lowerdir=/proc/lower,upperdir=/proc/layer/upper,workdir=/proc/layer/work,userxattr") != 0
               ? -1
               : 0;
}

static int move_system_folders(const char **failed) {
    *failed = "/dev/shm";
    if (mkdir("dev/shm", 0755) != 0 || mount("layer/shm", "dev/shm", NULL, MS_BIND, NULL) != 0) return -1;
    *failed = "/dev of the image";
    if (make_place("image/dev") != 0 || mount("dev", "image/dev", NULL, MS_BIND | MS_REC, NULL) != 0) return -1;
    *failed = "/proc of the image";
    return make_place("image/proc") != 0 || mount("proc", "image/proc", NULL, MS_MOVE, NULL) != 0 ? -1 : 0;
}

static int make_folder(const char *path, mode_t mode) {
    if (make_parents(AT_FDCWD, path) != 0) return -1;
    if (mkdir(path, 0755) != 0) return errno == EEXIST ? 0 : -1;
    return chmod(path, mode);
}

int container_shape(struct root *root, const struct request *request, struct tree_list *trees, const char **failed) {
    *failed = "the image";
    size_t place = 0;
    while (place < trees->count && trees->trees[place].index != 0) place++;
    if (place == trees->count) {
        errno = ENOENT;
        return -1;
    }
    struct tree image = trees->trees[place];
    trees->trees[place] = trees->trees[--trees->count];
    if (mount_image(root, request, &image, failed) != 0) return -1;
    if (move_system_folders(failed) != 0) return -1;
    *failed = "pivot_root";
    if (chdir("image") != 0 || root_turn(root) != 0) return -1;
    tree_close(&image);
    *failed = "sethostname";
    if (sethostname(request->container.host, __builtin_strlen(request->container.host)) != 0) return -1;
    *failed = "/tmp";
    if (make_folder("/tmp", 01777) != 0) return -1;
    return trees_place(trees, failed);
}

int container_fill(const struct request *request, const int *folders, const char **failed) {
    for (size_t index = 0; index < request->container.folder_count; index++) {
        const char *path = *failed = request->container.folders[index].path;
        struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
        if (make_folder(path, 0755) != 0) return -1;
        if (request->container.folders[index].read_only &&
            mount_setattr(folders[index], "", AT_EMPTY_PATH, &attributes, sizeof attributes) != 0) {
            return -1;
        }
        if (move_mount(folders[index], "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) != 0) return -1;
        close(folders[index]);
    }
    *failed = request->scratch;
    if (make_folder(request->scratch, 0755) != 0) return -1;
    *failed = "files of the root";
    if (files_write_root(request) != 0) return -1;
    if (!request->container.read_only) return 0;
    *failed = "read-only root";
    return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL);
}
