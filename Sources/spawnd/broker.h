// Virtual time: answers sleeps at once and moves the box's clock by what they were to last.
//
// Theory of operation
//
// The filter hands sleeps to init as user notifications (filter.c). A box's time stands still while anything in it
// runs, and jumps when everything waits: to the end of the sleep that is over first. So two sleeps beside one another
// last as long as the longer one, one after the other as long as both, and a program that sleeps to let another one
// get ready finds it ready. This is how a discrete-event simulation takes its time; nobody's order changes.
//
// While something runs, a sleep waits for it, but no longer than it would have waited anyway.
//
// Left to the kernel are sleeps of up to BROKER_SHORT_NS, with which run-times yield (Go's sysmon polls with them, and
// would poll without end); sleeps beyond BROKER_HORIZON_NS of virtual time in all, so that nobody can make years of
// simulation out of a line of code; and what cannot be read.

#ifndef SPAWND_BROKER_H
#define SPAWND_BROKER_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "box_clock.h"
#include "tasks.h"

enum { BROKER_SLEEPERS = TASKS_WATCHED };

#define BROKER_SHORT_NS INT64_C(10000000)
#define BROKER_HORIZON_NS (INT64_C(7) * 86400 * 1000000000)

struct broker {
    int listener;            // of the filter
    struct box_clock *clock; // NULL: every sleep is left to the kernel
    uint64_t *shown;         // what the programs see of it; NULL where they see nothing
    int64_t now_ns;          // virtual time since the start
    uint64_t answered;
    struct tasks tasks;
    size_t count; // of those who sleep
    struct sleeper {
        uint64_t id; // of the notification
        int64_t wakes_ns;
        int64_t deadline_us; // real time by which it is answered in any case
    } sleepers[BROKER_SLEEPERS];
    pid_t callers[BROKER_SLEEPERS]; // who they are, in the same order
    int64_t next_look_us; // real time of the next look, when somebody sleeps
    int64_t patience_us;  // how long until the one after
};

// `processes` and `family` as for tasks_open.
void broker_open(struct broker *broker, int listener, struct box_clock *clock, int processes,
                 struct family *family);

// Whether the notification is a sleep, in which case it is dealt with.
bool broker_takes(struct broker *broker, const struct seccomp_notif *call);

// Wakes who can be woken. To be called when sleeps have come, and at next_look_us. Puts the look off while there are
// further notifications to be taken.
void broker_look(struct broker *broker);

#endif
