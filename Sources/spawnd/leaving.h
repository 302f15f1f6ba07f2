// Takes the old root away while other work goes on: the kernel waits for all processors before it lets go of mounts, and
// that is as long as the rest of a box takes.

#ifndef SPAWND_LEAVING_H
#define SPAWND_LEAVING_H

#include <pthread.h>
#include <stdbool.h>

struct leaving {
    pthread_t thread;
    bool is_under_way;
    int problem; // errno, 0 if none; to be read at the end only
};

// Begins to take away what is mounted over the working directory, which must stay what it is until the end. Returns 0, or
// -1 with errno set.
int leaving_begin(struct leaving *leaving);

// Waits until it is gone, and moves the working directory to "/". Without effect where nothing was begun. Returns 0, or -1
// with errno set.
int leaving_end(struct leaving *leaving);

#endif
