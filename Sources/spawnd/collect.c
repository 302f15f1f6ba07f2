#include "collect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Opens a file of the program's. Not even a FIFO can make this wait.
static int open_below(int folder, const char *path) {
    const struct open_how how = {
        .flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

// Returns 0, or errno.
static int check(int file, uint64_t largest, uint64_t left, uint64_t *size) {
    struct stat status;
    if (fstat(file, &status) != 0) return errno;
    if (!S_ISREG(status.st_mode)) return EINVAL;
    if (status.st_nlink != 1) return EMLINK;
    *size = (uint64_t)status.st_size;
    if (*size > largest) return EFBIG;
    return *size > left ? ENOSPC : 0;
}

static int copy(int into, int file, uint64_t size) {
    while (size > 0) {
        ssize_t count = sendfile(into, file, NULL, size);
        if (count <= 0) return -1;
        size -= (uint64_t)count;
    }
    return 0;
}

static int add(int memory, int folder, const char *path, uint64_t largest, uint64_t *left) {
    uint64_t size = 0;
    int file = open_below(folder, path);
    int problem = file < 0 ? errno : check(file, largest, *left, &size);
    uint32_t code = (uint32_t)problem;
    int result = write(memory, &code, sizeof code) == sizeof code ? 0 : -1;
    if (problem == 0 && result == 0) {
        *left -= size;
        if (write(memory, &size, sizeof size) != sizeof size || copy(memory, file, size) != 0) result = -1;
    }
    if (file >= 0) close(file);
    return result;
}

int collect_files(const char *scratch, const struct request *request) {
    if (request->collected == NULL || request->collected[0] == NULL) return -1;
    int folder = open(scratch, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int memory = memfd_create("collected", MFD_CLOEXEC);
    int result = folder < 0 || memory < 0 ? -1 : 0;
    uint64_t left = COLLECT_BYTES;
    for (char **path = request->collected; *path != NULL && result == 0; path++) {
        result = add(memory, folder, *path, request->limits.file_size, &left);
    }
    if (folder >= 0) close(folder);
    if (result == 0) return memory;
    if (memory >= 0) close(memory);
    return -1;
}
