#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The header of the machine that builds may be older than the kernel that runs, so the interface stands here.
struct ruleset_attributes {
    uint64_t files;
    uint64_t network; // ABI 4
    uint64_t scoped;  // ABI 6
};

struct path_rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };

enum {
    ACCESS_EXECUTE = 1 << 0,
    ACCESS_WRITE_FILE = 1 << 1,
    ACCESS_READ_FILE = 1 << 2,
    ACCESS_READ_DIRECTORY = 1 << 3,
    ACCESS_MAKE_CHARACTER_DEVICE = 1 << 6,
    ACCESS_MAKE_BLOCK_DEVICE = 1 << 11,
    ACCESS_ALL_ABI_1 = (1 << 13) - 1,
    ACCESS_REFER = 1 << 13,        // ABI 2
    ACCESS_TRUNCATE = 1 << 14,     // ABI 3
    ACCESS_IOCTL_DEVICE = 1 << 15, // ABI 5
};

enum { TCP_BIND = 1 << 0, TCP_CONNECT = 1 << 1 }; // ABI 4

enum { SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0, SCOPE_SIGNAL = 1 << 1 };

enum {
    READ_ONLY = ACCESS_EXECUTE | ACCESS_READ_FILE | ACCESS_READ_DIRECTORY,
    DEVICE = ACCESS_READ_FILE | ACCESS_WRITE_FILE | ACCESS_TRUNCATE | ACCESS_IOCTL_DEVICE,
    // What there is to allow for a path that is no folder.
    FILE_ONLY = ACCESS_EXECUTE | ACCESS_WRITE_FILE | ACCESS_READ_FILE | ACCESS_TRUNCATE | ACCESS_IOCTL_DEVICE,
    NEVER = ACCESS_MAKE_CHARACTER_DEVICE | ACCESS_MAKE_BLOCK_DEVICE | ACCESS_IOCTL_DEVICE,
};

int landlock_abi(void) {
    long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, (uint32_t)CREATE_RULESET_VERSION);
    return abi < 0 ? 0 : (int)abi;
}

// Where all that is there may be read, reading is no right of its own: for each one that an open could use the kernel walks
// up to the root, even if it is granted in the end, and opens are what programs do most. Truncating is such a right for
// whoever opens a file to read it, too, and has the read-only mounts against it.
static uint64_t handled_writing(int abi) {
    uint64_t handled = ACCESS_ALL_ABI_1 & ~(uint64_t)READ_ONLY;
    return abi >= 2 ? handled | ACCESS_REFER : handled;
}

static uint64_t handled_by(int abi) {
    uint64_t handled = ACCESS_ALL_ABI_1;
    if (abi >= 2) handled |= ACCESS_REFER;
    if (abi >= 3) handled |= ACCESS_TRUNCATE;
    if (abi >= 5) handled |= ACCESS_IOCTL_DEVICE;
    return handled;
}

static int allow(int ruleset, const char *path, uint64_t access) {
    int parent = open(path, O_PATH | O_CLOEXEC);
    if (parent < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -1;
    struct stat status;
    if (fstat(parent, &status) == 0 && !S_ISDIR(status.st_mode)) access &= FILE_ONLY;
    struct path_rule rule = {.allowed = access, .parent = parent};
    long result = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
    close(parent);
    return (int)result;
}

static int allow_all(int ruleset, struct landlock_paths paths, uint64_t access) {
    int failed = 0;
    for (size_t index = 0; index < paths.count && !failed; index++) failed = allow(ruleset, paths.paths[index], access);
    return failed;
}

int landlock_confine(int abi, const struct landlock_paths *readable, struct landlock_paths writable, bool network) {
    uint64_t handled = readable == NULL ? handled_writing(abi) : handled_by(abi);
    struct ruleset_attributes attributes = {
        .files = handled,
        .network = network || abi < 4 ? 0 : TCP_BIND | TCP_CONNECT,
        .scoped = abi >= LANDLOCK_SCOPES ? SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL : 0};
    size_t size = abi >= LANDLOCK_SCOPES ? sizeof attributes
                  : abi >= 4             ? 2 * sizeof attributes.files
                                         : sizeof attributes.files;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
    if (ruleset < 0) return -1;
    static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full"};
    const struct landlock_paths always = {devices, sizeof devices / sizeof *devices};
    int failed = readable == NULL ? 0 : allow_all(ruleset, *readable, READ_ONLY & handled);
    if (!failed) failed = allow_all(ruleset, always, DEVICE & handled);
    if (!failed) failed = allow_all(ruleset, writable, handled & ~(uint64_t)NEVER);
    if (!failed) failed = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
    close(ruleset);
    return failed;
}
