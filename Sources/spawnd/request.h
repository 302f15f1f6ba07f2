// What a box is asked to be: the policy that came with MESSAGE_LAUNCH, read from its memfd.
//
// The memfd holds, in the machine's byte order:
//   u32 magic, u32 version
//   list of strings: host trees
//   string: program; list: arguments; list: environment ("NAME=value")
//   string: scratch directory; string: home directory
//   list of listeners: string address, u32 port
//   u64 × LIMIT_FIELDS
//   list of files: string path, u32 executable, u64 size, bytes; a path that begins with a slash is one of the root
//   list of strings: files to take out at the end, relative to the scratch directory
//   u32 whether it is a container; if so: u32 user, u32 group, u32 whether its root is read-only, string: host name,
//     list of folders of the space: string path, u32 whether it is read-only
// A list is a u32 count and its elements; a string is a u32 length, its bytes and a NUL.

#ifndef SPAWND_REQUEST_H
#define SPAWND_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "protocol.h"

enum {
    REQUEST_TREES = 64,
    REQUEST_LISTENERS = MESSAGE_DESCRIPTORS - 2, // the eventfd and the socket of init come with them
    REQUEST_FOLDERS = MESSAGE_DESCRIPTORS - LAUNCH_DESCRIPTORS_SHARED
};

struct limits {
    uint64_t wall_ms;
    uint64_t cpu_ms;
    uint64_t memory;    // bytes
    uint64_t processes; // tasks: processes and threads
    uint64_t open_files;
    uint64_t file_size; // bytes
    uint64_t disk;      // bytes
    uint64_t inodes;
    uint64_t spare; // per mille of what is in use here that the machine must have left; 0 for nothing
};

struct listener_request {
    const char *address;
    uint16_t port;
};

struct file_request {
    const char *path;
    const unsigned char *contents;
    uint64_t size;
    bool executable;
};

// What is different in a container: its root is an image, the first of the trees, with a layer of its own over it.
struct container_request {
    bool is_container;
    unsigned user, group; // as the container sees itself
    bool read_only;
    const char *host;
    struct {
        const char *path;
        bool read_only;
    } folders[REQUEST_FOLDERS];
    size_t folder_count;
};

// Strings point into the mapping of the memfd.
struct request {
    const char *trees[REQUEST_TREES];
    size_t tree_count;
    const char *program;
    char **arguments;
    char **environment;
    const char *scratch;
    const char *home;
    struct listener_request listeners[REQUEST_LISTENERS];
    size_t listener_count;
    struct limits limits;
    struct file_request *files;
    size_t file_count;
    uint64_t file_bytes;
    char **collected; // ends with NULL
    struct container_request container;
    void *mapping;
    size_t mapping_size;
};

// Whether a MESSAGE_LAUNCH has the descriptors that it must.
bool is_launch(const struct parcel *parcel);

// Maps and parses the memfd. Returns 0, or -1 with errno set: EPROTO where the bytes are not a request, E2BIG where
// it has more trees or listeners than there is room for.
int request_read(struct request *request, int memory);

// Gives back what request_read took.
void request_release(struct request *request);

#endif
