// The process that becomes the student's program.
//
// Init forks it while the box is still blank, so that most of what confines it is in place before anybody waits. It
// then hears twice from init over a private socket: once with the request, once to go. Neither can be forged, since
// there is no foreign code in the box yet.

#ifndef SPAWND_STUDENT_H
#define SPAWND_STUDENT_H

#include "channel.h"
#include "init.h"

// What init sends. The first comes with three descriptors: the request, standard output, standard error.
enum student_order { STUDENT_PREPARE = 1, STUDENT_GO = 2 };

// What init hears: a failed step, or (problem 0) that the filter is on, with the descriptor of its listener.
struct student_status {
    int problem; // errno
    int is_program; // whether the program itself could not be executed: the only failure that is not the machine's
    char step[60];
};

// Says it to init, with the descriptor of the filter's listener unless that is -1.
void student_say(int socket, struct student_status status, int listener);

// Takes what the student says. Returns 1, 0 at the end, or -1 where there is nothing; `*listener` is set where one came.
int student_hear(int socket, struct student_status *status, int *listener);

// Runs in a fresh child of init and never returns: executes the program, or reports the step that failed and exits.
// `socket` is a SOCK_SEQPACKET socket to init.
_Noreturn void student_run(int socket, const struct init_setup *setup);

// Runs in a fresh child of init, too, once the program runs: executes another one as confined as that. The parcel holds
// the request, standard output and standard error. What fails is exit code 126 or 127, as in a shell.
_Noreturn void student_run_beside(const struct init_setup *setup, struct parcel *parcel);

#endif
