#include "box_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

int box_clock_create(void) {
    int memory = memfd_create("clock", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory < 0) return -errno;
    // Were it made shorter, reading it would be a fault.
    if (ftruncate(memory, sizeof(struct box_clock)) == 0 &&
        fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
        return memory;
    }
    int problem = errno;
    close(memory);
    return -problem;
}

struct box_clock *box_clock_map(int descriptor, int writable) {
    int protection = PROT_READ | (writable ? PROT_WRITE : 0);
    void *memory = mmap(NULL, sizeof(struct box_clock), protection, MAP_SHARED, descriptor, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void box_clock_unmap(struct box_clock *clock) {
    if (clock != NULL) munmap(clock, sizeof *clock);
}

uint64_t box_clock_slept(const struct box_clock *clock) { return __atomic_load_n(&clock->slept_ns, __ATOMIC_ACQUIRE); }

uint64_t box_clock_sleeps(const struct box_clock *clock) { return __atomic_load_n(&clock->sleeps, __ATOMIC_ACQUIRE); }

void box_clock_set(struct box_clock *clock, uint64_t slept_ns, uint64_t sleeps) {
    __atomic_store_n(&clock->sleeps, sleeps, __ATOMIC_RELEASE);
    __atomic_store_n(&clock->slept_ns, slept_ns, __ATOMIC_RELEASE);
}
