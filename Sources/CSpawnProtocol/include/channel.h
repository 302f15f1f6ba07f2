// Sends and receives messages with descriptors over a SOCK_SEQPACKET socket.

#ifndef SPAWN_CHANNEL_H
#define SPAWN_CHANNEL_H

#include <stddef.h>

#include "protocol.h"

// A message and the descriptors beside it. The receiver owns them.
struct parcel {
    struct message message;
    int descriptors[MESSAGE_DESCRIPTORS];
    size_t count;
};

// Returns 0, or -1 with errno set (EAGAIN when `flags` has MSG_DONTWAIT).
int channel_send(int socket, const struct parcel *parcel, int flags);

// Returns 1 for a message, 0 at the end of the stream, -1 with errno set (EAGAIN when `flags` has MSG_DONTWAIT).
// A record of another size is an error (EPROTO); its descriptors are closed.
int channel_receive(int socket, struct parcel *parcel, int flags);

// Closes the descriptors that the parcel still owns.
void parcel_close(struct parcel *parcel);

// Copies `text` into the message, cut to fit.
void message_set_text(struct message *message, const char *text);

#endif
