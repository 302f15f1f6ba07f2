// System calls that the Sandbox library needs and that Swift's Glibc module does not show, because they are Linux's own.

#ifndef SPAWN_SYSTEM_H
#define SPAWN_SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Each returns a descriptor or 0, or a negative errno value. Descriptors are closed on exec.

// A connected pair of SOCK_SEQPACKET sockets.
int system_socket_pair(int sockets[2]);

// A pipe whose reading end does not block.
int system_pipe(int ends[2]);

// Memory with a descriptor, holding a copy of the bytes.
int system_memory(const void *bytes, size_t size);

// What descriptors are watched with: epoll. Each has a token that comes back when it is ready.
int system_events(void);
int system_events_add(int events, int descriptor, uint64_t token);
int system_events_remove(int events, int descriptor);
// Whether to wake up, too, when the descriptor can be written to.
int system_events_writable(int events, int descriptor, uint64_t token, int writable);

struct system_event {
    uint64_t token;
    int readable; // or at its end
    int writable;
};

// Waits until something is ready and returns how many events it wrote.
int system_events_wait(int events, struct system_event *ready, int count);

// Lets the program of a box go, by the descriptor that came with MESSAGE_READY.
void system_let_go(int descriptor);

// Starts `path` with `control` as descriptor 3, nothing else but /dev/null open, an empty environment, default signal
// dispositions and a session of its own. Returns the process's id.
pid_t system_start_launcher(const char *path, int control);

// The path of the file that the code at `address` was loaded from; NULL where that cannot be told.
const char *system_file_of(const void *address);

#endif
