#include "leaving.h"

#include <errno.h>
#include <sys/mount.h>
#include <unistd.h>

// A thread does no more than this one call, and there is one of them only.
enum { STACK = 64 << 10 };
static char stack[STACK] __attribute__((aligned(4096)));

static void *leave(void *argument) {
    struct leaving *leaving = argument;
    leaving->problem = umount2(".", MNT_DETACH) == 0 ? 0 : errno;
    return NULL;
}

int leaving_begin(struct leaving *leaving) {
    pthread_attr_t attributes;
    int problem = pthread_attr_init(&attributes);
    if (problem == 0) problem = pthread_attr_setstack(&attributes, stack, sizeof stack);
    if (problem == 0) problem = pthread_create(&leaving->thread, &attributes, leave, leaving);
    leaving->is_under_way = problem == 0;
    errno = problem;
    return problem == 0 ? 0 : -1;
}

int leaving_end(struct leaving *leaving) {
    if (!leaving->is_under_way) return 0;
    errno = pthread_join(leaving->thread, NULL);
    if (errno != 0) return -1;
    leaving->is_under_way = false;
    errno = leaving->problem;
    return leaving->problem == 0 ? chdir("/") : -1;
}
