// The processes below one process: its children, theirs and so on. Where there is no process namespace, this is what a
// box consists of. The one at the head is a subreaper, so nobody leaves the family by losing a parent.

#ifndef SPAWND_FAMILY_H
#define SPAWND_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { FAMILY_MEMBERS = 4096 };

struct family {
    int processes; // a /proc, kept
    pid_t head;    // not a member
    size_t count;
    pid_t members[FAMILY_MEMBERS];
};

// Lists the members anew. Those below a child of the head that is one of `spared` are left out. Reads every process of
// the machine: some 5 µs each.
void family_list(struct family *family, const pid_t *spared, size_t spared_count);

// Whether the process was a member at the last listing.
bool family_has(const struct family *family, pid_t process);

// Lists, takes from all members the right to fork, and kills them. Returns how many there were.
size_t family_strike(struct family *family, const pid_t *spared, size_t spared_count);

// How many processes and threads of this user the machine has.
unsigned family_user_tasks(int processes);

#endif
