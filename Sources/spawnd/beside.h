// What is done to a container's program from outside while it runs.

#ifndef SPAWND_BESIDE_H
#define SPAWND_BESIDE_H

#include "channel.h"
#include "init_state.h"

// Sends the program a signal. Docker's containers have it as process 1, to which the kernel delivers no signal without a
// handler; here it is none, so a signal that it has no handler for is not sent, and what follows in the end is done at
// once: it is killed.
void beside_signal(struct init *init, int signal);

// Tells spawnd how much memory the box has had at most.
void beside_tell_usage(struct init *init, int64_t token);

// Gives what was asked for: the box's /tmp, which lasts as long as somebody has it.
void beside_give(const struct init *init, const struct message *wanted);

// Runs another program in the box, confined like the first. The parcel holds its request and where its output goes.
void beside_run(struct init *init, struct parcel *parcel);

// Tells spawnd of the end of such a program. Returns false where the process was none.
bool beside_ended(struct init *init, pid_t process, int status);

#endif
