// Memory that a box's init shares with the library: how far sleeping has brought the box's virtual time.
//
// Init writes it before a sleep is answered, so whoever reads it for a request that the sleeper makes afterwards sees
// that sleep. No program of a box ever has a descriptor of it.

#ifndef SPAWN_BOX_CLOCK_H
#define SPAWN_BOX_CLOCK_H

#include <stdint.h>

struct box_clock {
    uint64_t slept_ns;
    uint64_t sleeps; // how many were answered
};

// Makes a clock that shows 0. Returns its descriptor, which cannot be made shorter, or a negative errno value.
int box_clock_create(void);

// Maps a clock. Returns NULL where that fails.
struct box_clock *box_clock_map(int descriptor, int writable);
void box_clock_unmap(struct box_clock *clock);

// Ordered against what the other side does after it writes, and before it reads.
uint64_t box_clock_slept(const struct box_clock *clock);
uint64_t box_clock_sleeps(const struct box_clock *clock);
void box_clock_set(struct box_clock *clock, uint64_t slept_ns, uint64_t sleeps);

#endif
