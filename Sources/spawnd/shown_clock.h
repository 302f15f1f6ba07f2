// The time that a box has slept away, shown to its programs: the clocks that they read go with it (Sources/boxclock).

#ifndef SPAWND_SHOWN_CLOCK_H
#define SPAWND_SHOWN_CLOCK_H

#include <stdint.h>

#include "root.h"

// Puts a file with nanoseconds, 0 for now, at /etc/skylab-clock: the program can read and map it, and nobody but the caller
// write it. To be called while the root can still be written. Returns the memory behind it, or NULL with errno set.
uint64_t *shown_clock_open(const struct root *root);

#endif
