// What init knows while a box lasts: made by init.c, at work in serve.c.

#ifndef SPAWND_INIT_STATE_H
#define SPAWND_INIT_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "account.h"
#include "broker.h"
#include "family.h"
#include "init.h"
#include "relay.h"
#include "request.h"
#include "root.h"
#include "verdict.h"

enum source { CHANNEL, CHILDREN, STATUS, NOTICES, GO, SOURCES };

struct init {
    const struct init_setup *setup;
    int descriptors[SOURCES]; // -1 where there is none (yet)
    struct request request;
    struct root root;
    pid_t student;
    int64_t started_us;
    struct cgroup group;
    struct account account;
    struct evidence evidence;
    struct box_clock *clock; // NULL where time is real
    struct broker broker;
    bool bare; // without namespaces: then these two are in use
    struct family family;
    struct relay relay;
    unsigned looks;
    bool asked;  // something of a request has come
    bool grouped; // the group has come, if there is one
    bool shaped;  // furnished but for the files
    bool is_loaded; // the program is held before its first instruction
    bool has_unreaped; // more have died than were reaped at once
    int listeners[REQUEST_LISTENERS];
};

// Tells spawnd that the step failed, with errno, and takes the box along.
_Noreturn void fail(struct init *init, const char *step);

// Takes the box along without a word.
_Noreturn void leave(struct init *init);

// The end, because of a limit: everything dies, and spawnd hears how it was.
_Noreturn void finish_at_limit(struct init *init, int limit);

// Takes what the student has said of its confinement, or of why there is no program.
void on_status(struct init *init);

// Runs the program when it is told to, and stays until it has ended or met a limit.
_Noreturn void serve(struct init *init);

#endif
