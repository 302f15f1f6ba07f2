// The process that becomes the student's program.
//
// Init forks it while the box is still blank, so that most of what confines it is in place before anybody waits. It
// then hears twice from init over a private socket: once with the request, once to go. Neither can be forged, since
// there is no foreign code in the box yet.

#ifndef SPAWND_STUDENT_H
#define SPAWND_STUDENT_H

#include "cgroup.h"
#include "filter.h"

// What init sends. The first comes with three descriptors: the request, standard output, standard error.
enum student_order { STUDENT_PREPARE = 1, STUDENT_GO = 2 };

// What init hears: a failed step, or (problem 0) that the filter is on, with the descriptor of its listener.
struct student_status {
    int problem; // errno
    int is_program; // whether the program itself could not be executed: the only failure that is not the machine's
    char step[60];
};

// Runs in a fresh child of init and never returns: executes the program, or reports the step that failed and exits.
// `landlock` is the ABI, 0 for none; `group` is entered; `socket` is a SOCK_SEQPACKET socket to init.
_Noreturn void student_run(int socket, const struct filter *filter, int landlock, const struct cgroup *group);

#endif
