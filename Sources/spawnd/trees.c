#include "trees.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int trees_cover(const struct tree_list *list, const char *path) {
    for (size_t index = 0; index < list->count; index++) {
        const struct tree *tree = &list->trees[index];
        size_t length = strlen(tree->path);
        if (strncmp(path, tree->path, length) != 0) continue;
        if (path[length] == '\0') return 1;
        if (path[length] == '/' && tree->kind == TREE_DIRECTORY) return 1;
    }
    return 0;
}

static int open_mount(const char *path) {
    int mount = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW);
    if (mount < 0) return -1;
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, .propagation = MS_PRIVATE};
    if (strncmp(path, "/dev/", 5) != 0) attributes.attr_set |= MOUNT_ATTR_NODEV;
    if (mount_setattr(mount, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) == 0) return mount;
    int problem = errno;
    close(mount);
    errno = problem;
    return -1;
}

int tree_open(struct tree *tree, const char *path) {
    *tree = (struct tree){.path = path, .kind = TREE_ABSENT, .mount = -1};
    struct stat status;
    if (lstat(tree->path, &status) != 0) return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
    if (S_ISLNK(status.st_mode)) {
        char target[PATH_MAX];
        ssize_t length = readlink(tree->path, target, sizeof target - 1);
        if (length < 0) return -1;
        target[length] = '\0';
        tree->target = strdup(target);
        tree->kind = TREE_SYMLINK;
        return tree->target == NULL ? -1 : 0;
    }
    tree->mount = open_mount(tree->path);
    tree->kind = S_ISDIR(status.st_mode) ? TREE_DIRECTORY : TREE_FILE;
    return tree->mount < 0 ? -1 : 0;
}

int trees_open(struct tree_list *list, const char *const *paths, size_t count, const char **failed) {
    for (size_t index = 0; index < count; index++) {
        *failed = paths[index];
        if (paths[index][0] != '/' || paths[index][1] == '\0' || list->count == TREE_LIMIT) {
            errno = EINVAL;
            return -1;
        }
        if (trees_cover(list, paths[index])) continue;
        struct tree *tree = &list->trees[list->count];
        if (tree_open(tree, paths[index]) != 0) return -1;
        tree->index = index;
        if (tree->kind != TREE_ABSENT) list->count++;
    }
    return 0;
}

static int place_one(const struct tree *tree) {
    if (make_parents(AT_FDCWD, tree->path) != 0) return -1;
    if (tree->kind == TREE_SYMLINK) {
        return symlink(tree->target, tree->path) != 0 && errno != EEXIST ? -1 : 0;
    }
    if (tree->kind == TREE_DIRECTORY) {
        if (mkdir(tree->path, 0755) != 0 && errno != EEXIST) return -1;
    } else {
        int file = open(tree->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (file < 0 && errno != EEXIST) return -1;
        if (file >= 0) close(file);
    }
    return move_mount(tree->mount, "", AT_FDCWD, tree->path, MOVE_MOUNT_F_EMPTY_PATH);
}

int trees_place(struct tree_list *list, const char **failed) {
    for (size_t index = 0; index < list->count; index++) {
        *failed = list->trees[index].path;
        if (place_one(&list->trees[index]) != 0) return -1;
    }
    trees_close(list);
    return 0;
}

void tree_close(struct tree *tree) {
    if (tree->mount >= 0) close(tree->mount);
    free(tree->target);
}

void trees_close(struct tree_list *list) {
    for (size_t index = 0; index < list->count; index++) tree_close(&list->trees[index]);
    list->count = 0;
}

int make_parents(int base, const char *path) {
    char partial[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof partial) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(partial, path, length + 1);
    for (char *slash = strchr(partial + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdirat(base, partial, 0755) != 0 && errno != EEXIST) return -1;
        *slash = '/';
    }
    return 0;
}
