#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "trees.h"

static bool is_inside(const char *path) {
    for (const char *component = path;;) {
        size_t length = strcspn(component, "/");
        if (length == 0) return false;
        if (component[0] == '.' && (length == 1 || (length == 2 && component[1] == '.'))) return false;
        if (component[length] == '\0') return true;
        component += length + 1;
    }
}

static int write_all(int file, const unsigned char *bytes, uint64_t size) {
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return -1;
        bytes += written;
        size -= (uint64_t)written;
    }
    return 0;
}

// A path that begins with a slash is one of the box's root, and not of the submission.
static bool is_root(const struct file_request *request) { return request->path[0] == '/'; }

static int write_one(int directory, const struct file_request *file_request) {
    struct file_request copy = *file_request, *request = &copy;
    if (is_root(request)) request->path++;
    if (!is_inside(request->path)) {
        errno = EINVAL;
        return -1;
    }
    if (make_parents(directory, request->path) != 0) return -1;
    // In a container the image may have one, or a link to elsewhere.
    if (is_root(file_request)) (void)unlinkat(directory, request->path, 0);
    int file = openat(directory, request->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                      request->executable ? 0755 : 0644);
    if (file < 0) return -1;
    int result = write_all(file, request->contents, request->size);
    int problem = errno;
    close(file);
    errno = problem;
    return result;
}

static int write_those(const char *path, const struct request *request, bool root) {
    int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return -1;
    int result = 0;
    for (size_t index = 0; index < request->file_count && result == 0; index++) {
        if (is_root(&request->files[index]) == root) result = write_one(directory, &request->files[index]);
    }
    int problem = errno;
    close(directory);
    errno = problem;
    return result;
}

int files_write(const char *path, const struct request *request) { return write_those(path, request, false); }

int files_write_root(const struct request *request) { return write_those("/", request, true); }
