#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BACKLOG = 512 };

// How long a connect may take while the listener's queue is full; whoever has filled it waits for himself.
enum { PATIENCE_MS = 20 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    unsigned char bytes[sizeof(struct sockaddr_storage)];
};

static void loopback(union address *address, int family, uint16_t port) {
    memset(address, 0, sizeof *address);
    address->any.sa_family = (sa_family_t)family;
    if (family == AF_INET) {
        address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address->v4.sin_port = port;
    } else {
        address->v6.sin6_addr = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
        address->v6.sin6_port = port;
    }
}

static socklen_t length_of(int family) {
    return family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

static int listen_for(const struct listener_request *request, struct route *route) {
    memset(route, 0, sizeof *route);
    route->port = htons(request->port);
    route->family = strchr(request->address, ':') == NULL ? AF_INET : AF_INET6;
    if (inet_pton(route->family, request->address, route->address) != 1) {
        errno = EINVAL;
        return -1;
    }
    int sock = socket(route->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (sock < 0) return -1;
    union address address;
    loopback(&address, route->family, 0);
    socklen_t length = length_of(route->family);
    if (bind(sock, &address.any, length) == 0 && listen(sock, BACKLOG) == 0 &&
        getsockname(sock, &address.any, &length) == 0) {
        route->real_port = route->family == AF_INET ? address.v4.sin_port : address.v6.sin6_port;
        return sock;
    }
    int problem = errno;
    close(sock);
    errno = problem;
    return -1;
}

int relay_listen(struct relay *relay, const struct request *request, int *sockets, const char **failed) {
    relay->count = 0;
    for (size_t index = 0; index < request->listener_count; index++) {
        *failed = request->listeners[index].address;
        sockets[index] = listen_for(&request->listeners[index], &relay->routes[index]);
        if (sockets[index] < 0) return -1;
        relay->count++;
    }
    return 0;
}

static const struct route *find(const struct relay *relay, const union address *address, size_t length) {
    if (length < length_of(address->any.sa_family)) return NULL;
    bool first = address->any.sa_family == AF_INET;
    const void *bytes = first ? (const void *)&address->v4.sin_addr : &address->v6.sin6_addr;
    uint16_t port = first ? address->v4.sin_port : address->v6.sin6_port;
    for (size_t index = 0; index < relay->count; index++) {
        const struct route *route = &relay->routes[index];
        if (route->family != address->any.sa_family || route->port != port) continue;
        if (memcmp(route->address, bytes, first ? 4 : 16) == 0) return route;
    }
    return NULL;
}

// A number behind `key` in a file of /proc/PID.
static long proc_field(long process, const char *file, const char *key, int base) {
    char path[64], text[2048];
    snprintf(path, sizeof path, "/proc/%ld/%s", process, file);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    ssize_t length = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    if (length <= 0) return -1;
    text[length] = '\0';
    const char *place = strstr(text, key);
    return place == NULL ? -1 : strtol(place + strlen(key), NULL, base);
}

// Connects without ever waiting long. Returns 0 or errno.
static int connect_to(int sock, const struct route *route, bool waits) {
    union address real;
    loopback(&real, route->family, route->real_port);
    if (connect(sock, &real.any, length_of(route->family)) == 0) return 0;
    if (errno != EINPROGRESS || !waits) return errno;
    struct pollfd connected = {.fd = sock, .events = POLLOUT};
    if (poll(&connected, 1, PATIENCE_MS) != 1) return ETIMEDOUT;
    int problem = 0;
    socklen_t size = sizeof problem;
    return getsockopt(sock, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 ? problem : errno;
}

static bool is_tcp(int sock, int family) {
    int domain = 0, protocol = 0;
    socklen_t size = sizeof domain;
    if (getsockopt(sock, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) return false;
    size = sizeof protocol;
    return getsockopt(sock, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 && domain == family &&
           protocol == IPPROTO_TCP;
}

// Connects the caller's own socket. Returns -1 where it cannot be had, else 0 or errno.
static int connect_theirs(pid_t process, int number, const struct route *route) {
    int handle = pidfd_open(process, 0);
    int sock = handle < 0 ? -1 : pidfd_getfd(handle, number, 0);
    int problem = errno;
    if (handle >= 0) close(handle);
    if (sock < 0) return problem == EBADF ? EBADF : -1;
    int flags = fcntl(sock, F_GETFL);
    problem = ENOTSOCK;
    if (is_tcp(sock, route->family) && flags >= 0) {
        fcntl(sock, F_SETFL, flags | O_NONBLOCK);
        problem = connect_to(sock, route, (flags & O_NONBLOCK) == 0);
        fcntl(sock, F_SETFL, flags);
    }
    close(sock);
    return problem;
}

// Puts a connected socket of ours in the place of the caller's: containers refuse pidfd_getfd by default.
static int replace_theirs(const struct relay *relay, const struct seccomp_notif *call, pid_t process, int number,
                          const struct route *route) {
    char file[32];
    snprintf(file, sizeof file, "fdinfo/%d", number);
    long flags = proc_field(process, file, "flags:", 8);
    int sock = socket(route->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (sock < 0) return errno;
    int problem = connect_to(sock, route, true);
    if (flags < 0 || (flags & O_NONBLOCK) == 0) fcntl(sock, F_SETFL, 0);
    struct seccomp_notif_addfd given = {.id = call->id,
                                        .flags = SECCOMP_ADDFD_FLAG_SETFD,
                                        .srcfd = (uint32_t)sock,
                                        .newfd = (uint32_t)number,
                                        .newfd_flags = flags >= 0 && (flags & O_CLOEXEC) != 0 ? O_CLOEXEC : 0};
    if (problem == 0 && ioctl(relay->notices, SECCOMP_IOCTL_NOTIF_ADDFD, &given) < 0) problem = EACCES;
    close(sock);
    return problem;
}

static int relay_one(const struct relay *relay, const struct seccomp_notif *call) {
    union address address = {.bytes = {0}};
    size_t length = (size_t)call->data.args[2];
    if (length < sizeof(sa_family_t) || length > sizeof address) return EINVAL;
    struct iovec here = {.iov_base = &address, .iov_len = length};
    struct iovec there = {.iov_base = (void *)(uintptr_t)call->data.args[1], .iov_len = length};
    if (process_vm_readv((pid_t)call->pid, &here, 1, &there, 1, 0) != (ssize_t)length) return EFAULT;
    uint64_t id = call->id;
    if (ioctl(relay->notices, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) != 0) return EINTR;
    if (address.any.sa_family != AF_INET && address.any.sa_family != AF_INET6) return EACCES;
    const struct route *route = find(relay, &address, length);
    if (route == NULL) {
        bool local = address.any.sa_family == AF_INET && (ntohl(address.v4.sin_addr.s_addr) >> 24) == 127;
        return local ? ECONNREFUSED : ENETUNREACH;
    }
    // The call may be a thread's, and descriptors are asked of the process.
    long process = proc_field((long)call->pid, "status", "\nTgid:", 10);
    if (process <= 0) return ESRCH;
    int number = (int)call->data.args[0];
    int problem = connect_theirs((pid_t)process, number, route);
    return problem >= 0 ? problem : replace_theirs(relay, call, (pid_t)process, number, route);
}

bool relay_takes(struct relay *relay, const struct seccomp_notif *call) {
    if (call->data.nr != SYS_connect) return false;
    struct seccomp_notif_resp response = {.id = call->id, .error = -relay_one(relay, call)};
    (void)ioctl(relay->notices, SECCOMP_IOCTL_NOTIF_SEND, &response);
    return true;
}
