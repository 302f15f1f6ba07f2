// Where a box's network comes from, when it is not a box's own: a space, which the containers of a task share.
//
// A space is a process in a user and a network namespace of its own that runs nothing. It opens the listeners, lets
// everybody in it bind every port, holds the folders that containers share, and gives out sockets of its network, with
// which the emulator reaches what the containers serve. A container is a box like any other but for its network: its
// init joins the space's user namespace and network, and goes from there into further namespaces, a user namespace of
// its own among them, so that it cannot touch the network's settings.

#ifndef SPAWND_LODGING_H
#define SPAWND_LODGING_H

#include <stdbool.h>
#include <sys/types.h>

#include "channel.h"
#include "request.h"

struct lodging {
    bool is_space;
    int users, network; // namespaces of the space, for a container
    uid_t shown_uid;
    gid_t shown_gid;
};

// Takes the namespaces of the space out of the parcel of a container. Returns false where they are not there.
bool lodging_take(struct lodging *lodging, struct parcel *parcel, const struct request *request);

// Closes them; errno stays as it is.
void lodging_leave(const struct lodging *lodging);

// As clone_box: a copy of this process as process 1 of new namespaces in the lodging, or as the space itself.
pid_t lodging_clone(const struct lodging *lodging, int *handle);

// Runs a space; `channel` leads to spawnd. It ends when the channel does.
_Noreturn void space_run(int channel, uid_t uid, gid_t gid);

#endif
