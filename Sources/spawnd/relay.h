// Connections of a box without a network of its own.
//
// The filter hands each connect to init as a user notification, and Landlock lets the program make none itself. Init
// reads the address once, from then on looks at its copy only, and connects the caller's socket to the listener that
// stands for that address. Any other address is refused, whatever is there.

#ifndef SPAWND_RELAY_H
#define SPAWND_RELAY_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#include "request.h"

struct relay {
    int notices; // the filter's listener
    size_t count;
    struct route {
        int family;
        unsigned char address[16]; // as the program knows it, in network order
        uint16_t port, real_port;  // in network order
    } routes[REQUEST_LISTENERS];
};

// Opens a listener on the loopback interface for each request, on a port that is free. Returns 0, or -1 with errno set
// and `*failed` naming the address.
int relay_listen(struct relay *relay, const struct request *request, int *sockets, const char **failed);

// Whether the notification is a connect, in which case it is dealt with.
bool relay_takes(struct relay *relay, const struct seccomp_notif *call);

#endif
