// The last steps before the student's program: everything that confines the process itself.

#ifndef SPAWND_STUDENT_H
#define SPAWND_STUDENT_H

#include "filter.h"
#include "request.h"

// What student_run tells init over the status socket: a failed step, or (errno 0, with the descriptor of the
// notification listener) that the filter is on.
struct student_status {
    int problem;
    char step[60];
};

struct student {
    const struct request *request;
    const struct filter *filter;
    int landlock;        // the ABI, 0 for none
    int standard_output;
    int standard_error;
    int status;          // a SOCK_SEQPACKET socket to init, closed on exec
};

// Runs in a fresh child of init and never returns: executes the program, or reports the step that failed and exits.
_Noreturn void student_run(const struct student *student);

#endif
