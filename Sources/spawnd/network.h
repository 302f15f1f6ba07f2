// The loopback network of a box, and the listening sockets that are handed out of it.

#ifndef SPAWND_NETWORK_H
#define SPAWND_NETWORK_H

#include "request.h"

// Brings `lo` up. Returns 0, or -1 with errno set.
int network_bring_up(void);

// Opens one listening TCP socket for each request; `lo` gets the addresses that are not loopback addresses. Returns
// 0, or -1 with errno set and `*failed` naming the address.
int network_listen(const struct listener_request *requests, size_t count, int *sockets, const char **failed);

#endif
