// The loopback network of a box, and the listening sockets that are handed out of it.

#ifndef SPAWND_NETWORK_H
#define SPAWND_NETWORK_H

#include "request.h"

// Brings `lo` up, gives it the addresses that are not loopback addresses, and opens one listening TCP socket for each
// request. Returns 0, or -1 with errno set and `*failed` naming the address.
int network_open(const struct listener_request *requests, size_t count, int *sockets, const char **failed);

#endif
