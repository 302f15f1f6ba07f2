// The boxes that spawnd has made and that are not gone yet.

#ifndef SPAWND_BOXES_H
#define SPAWND_BOXES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup.h"
#include "channel.h"
#include "filter.h"
#include "request.h"

// What boxes share.
struct workshop {
    int control; // to the Sandbox library
    int events;  // epoll
    struct filter filter;
    const char *filter_problem; // the rule for which there is no filter, or NULL
    int filter_error;           // errno
    int landlock;               // ABI
    struct cgroup home;         // of the boxes' control groups
    uid_t uid;                  // of spawnd; a box, in its new namespace, can no longer tell
    gid_t gid;
    struct request shape; // of the last request
    int shape_memory;     // its memfd, or -1
    bool shape_is_common; // whether the one before it had it, too
    bool listens;         // whether a box could hear what its filter hands on
    bool wants_spare;           // whether a box has ended well since the last one was made ahead
};

// Has a blank box at hand for the next launch.
void boxes_prepare(struct workshop *workshop);

// Makes a network that boxes share, as MESSAGE_SPACE wants it. Closes the parcel.
void boxes_space(struct workshop *workshop, struct parcel *parcel);

// Makes a box from MESSAGE_LAUNCH. Answers MESSAGE_FAILED itself where that is not possible. Owns the descriptors.
void boxes_launch(struct workshop *workshop, struct parcel *parcel);

// Takes note of MESSAGE_START, or passes any other message on to the box.
void boxes_pass(struct workshop *workshop, const struct parcel *parcel);

// Deals with an event of epoll, whose data is the watch that the box was registered with.
void boxes_event(struct workshop *workshop, void *watch);

// Milliseconds until a box has outstayed its time, -1 when there is none.
int boxes_timeout(void);

// Kills what has outstayed its time.
void boxes_enforce(void);

// Kills every box and waits until it is gone.
void boxes_end(const struct workshop *workshop);

#endif
