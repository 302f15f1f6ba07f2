// The process that becomes the student's program.
//
// Init forks it while the box is still blank, so that most of what confines it is in place before anybody waits. It
// then hears from init over a private socket which group is its and what the request is, and from the library, by an
// eventfd, that it may go. Neither can be forged, since
// there is no foreign code in the box yet.

#ifndef SPAWND_STUDENT_H
#define SPAWND_STUDENT_H

#include "cgroup.h"
#include "channel.h"
#include "init.h"

// What init sends: first the folders of the control group of the version in `code`, then three descriptors: the request,
// standard output, standard error, then that the box is complete. To who waits for its start: whether its program is held once it is loaded, in `code`.
enum student_order { STUDENT_ENTER = 1, STUDENT_PREPARE, STUDENT_COMPLETE, STUDENT_LOAD };

// What init hears: a failed step, or (problem 0) first that there is a network (not in a container), with a descriptor of
// it, then that the filter is on, with the descriptor of its listener, and at last, if need be, that it waits.
struct student_status {
    int problem; // errno
    int waits; // nothing is left to do but to load the program, and it has not been let go yet
    int is_program; // whether the program itself could not be executed: the only failure that is not the machine's
    char step[60];
};

// Says it to init, with a descriptor unless that is -1.
void student_say(int socket, struct student_status status, int descriptor);

// Takes what the student says. Returns 1, 0 at the end, or -1 where there is nothing; `*descriptor` is set where one came.
int student_hear(int socket, struct student_status *status, int *descriptor);

// Runs in a fresh child of init and never returns: executes the program, or reports the step that failed and exits.
// `socket` is a SOCK_SEQPACKET socket to init.
_Noreturn void student_run(int socket, int go, const struct init_setup *setup);

// Runs in a fresh child of init, too, once the program runs: executes another one as confined as that. The parcel holds
// the request, standard output and standard error; `group` is the box's. What fails is exit code 126 or 127, as in a shell.
_Noreturn void student_run_beside(const struct init_setup *setup, const struct cgroup *group,
                                  struct parcel *parcel);

#endif
