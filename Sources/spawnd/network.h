// The loopback network of a box, and the listening sockets that are handed out of it.

#ifndef SPAWND_NETWORK_H
#define SPAWND_NETWORK_H

#include "request.h"

// Leaves the network for a new one. Returns a descriptor of it, or -1 with errno set and `*failed` naming the step.
int network_make(const char **failed);

// Takes `lo` of the calling process's network up. Returns 0, or -1 with errno set and `*failed` naming the step.
int network_raise(const char **failed);

// Opens one listening TCP socket for each request; `lo` gets the addresses that are not loopback addresses. Returns
// 0, or -1 with errno set and `*failed` naming the address.
int network_listen(const struct listener_request *requests, size_t count, int *sockets, const char **failed);

#endif
