// The reviewed table of system calls: what a student's program may call, and what nobody's program has a use for.

#ifndef SPAWND_SYSCALLS_H
#define SPAWND_SYSCALLS_H

#include <stddef.h>

// System calls that belong together, and why they stand where they stand. `names` ends with NULL. A name that an
// architecture or the installed libseccomp does not know is passed over.
struct syscall_group {
    const char *why;
    const char *const *names;
};

// Let through as they are.
extern const struct syscall_group allowed_syscalls[];
extern const size_t allowed_syscall_groups;

// End the run: a program that calls one of these is trying the walls. They are the calls that no client, language
// run-time or shell makes, not even to see whether it may.
extern const struct syscall_group fatal_syscalls[];
extern const size_t fatal_syscall_groups;

// Answered with ENOSYS, so that libraries take the older way instead of giving up.
extern const struct syscall_group absent_syscalls[];
extern const size_t absent_syscall_groups;

#endif
