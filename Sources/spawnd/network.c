#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 512 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static int parse(const struct listener_request *request, union address *address, socklen_t *length) {
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, request->address, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(request->port);
        *length = sizeof address->v4;
        return 0;
    }
    if (inet_pton(AF_INET6, request->address, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(request->port);
        *length = sizeof address->v6;
        return 0;
    }
    errno = EINVAL;
    return -1;
}

// Asks the calling process's network, which any of its sockets stands for.
static int ask(unsigned long what, void *argument) {
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return -1;
    int result = ioctl(control, what, argument);
    int problem = errno;
    close(control);
    errno = problem;
    return result;
}

int network_make(const char **failed) {
    *failed = "a network namespace";
    if (unshare(CLONE_NEWNET) != 0) return -1;
    return ask(SIOCGSKNS, NULL);
}

int network_raise(const char **failed) {
    *failed = "lo";
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    return ask(SIOCSIFFLAGS, &loopback);
}

// Gives `lo` a further address, with a mask of /32, under the label lo:`number`.
static int add_address(const struct sockaddr_in *address, unsigned number) {
    struct ifreq label = {0};
    snprintf(label.ifr_name, sizeof label.ifr_name, "lo:%u", number);
    struct sockaddr_in plain = {.sin_family = AF_INET, .sin_addr = address->sin_addr};
    memcpy(&label.ifr_addr, &plain, sizeof plain);
    if (ask(SIOCSIFADDR, &label) != 0) return -1;
    struct sockaddr_in mask = {.sin_family = AF_INET, .sin_addr.s_addr = INADDR_NONE};
    memcpy(&label.ifr_netmask, &mask, sizeof mask);
    return ask(SIOCSIFNETMASK, &label);
}

static int is_loopback(const struct sockaddr_in *address) { return (ntohl(address->sin_addr.s_addr) >> 24) == 127; }

static int listen_on(const union address *address, socklen_t length) {
    int sock = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (sock < 0) return -1;
    int on = 1;
    setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(sock, &address->any, length) == 0 && listen(sock, BACKLOG) == 0) return sock;
    int problem = errno;
    close(sock);
    errno = problem;
    return -1;
}

int network_listen(const struct listener_request *requests, size_t count, int *sockets, const char **failed) {
    for (size_t index = 0; index < count; index++) {
        *failed = requests[index].address;
        union address address;
        socklen_t length;
        if (parse(&requests[index], &address, &length) != 0) return -1;
        int foreign = address.any.sa_family == AF_INET && !is_loopback(&address.v4);
        if (foreign && add_address(&address.v4, (unsigned)index + 1) != 0) return -1;
        sockets[index] = listen_on(&address, length);
        if (sockets[index] < 0) return -1;
    }
    return 0;
}
