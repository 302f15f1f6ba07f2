#include "processors.h"

#include <sched.h>

static cpu_set_t allowed;

void processors_remember(void) {
    // Fails on machines with more processors than a set holds: then nothing is changed.
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) CPU_ZERO(&allowed);
}

void processors_begin_elsewhere(pid_t process) {
    cpu_set_t others = allowed;
    int here = sched_getcpu();
    if (here < 0 || CPU_COUNT(&allowed) < 2) return;
    CPU_CLR((unsigned)here, &others);
    (void)sched_setaffinity(process, sizeof others, &others);
}

void processors_allow_all(void) {
    if (CPU_COUNT(&allowed) >= 2) (void)sched_setaffinity(0, sizeof allowed, &allowed);
}
