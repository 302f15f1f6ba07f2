// What a system call that sleeps asks for: the decoding of a seccomp notification, free of side effects.
//
// The arguments are a student's program's and may hold anything. nanosleep(2), clock_nanosleep(2), and select(2) and
// poll(2) without descriptors, which is how older run-times sleep.

#ifndef SPAWN_SLEEP_CALL_H
#define SPAWN_SLEEP_CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

enum sleep_format {
    SLEEP_TIMESPEC,     // two 64-bit numbers at `address`: seconds, nanoseconds
    SLEEP_TIMEVAL,      // seconds, microseconds; the latter may be a million and more
    SLEEP_MILLISECONDS, // no memory to read: `milliseconds`
};

struct sleep_call {
    enum sleep_format format;
    bool absolute;    // the time is a moment of `clock`, not a span
    int clock;        // clockid_t
    uint64_t address; // in the caller's memory
    int64_t milliseconds;
};

enum { SLEEP_TIME_BYTES = 16 };

// The numbers of those that every machine has, for who does not read the system's header.
enum sleep_number {
    SLEEP_NANOSLEEP = SYS_nanosleep,
    SLEEP_CLOCK_NANOSLEEP = SYS_clock_nanosleep,
    SLEEP_PSELECT6 = SYS_pselect6,
    SLEEP_PPOLL = SYS_ppoll,
};

// Whether system call `number` with these arguments is a sleep of a known kind, with a limit, on a clock of real time.
// What is not is the kernel's to do. Reads six arguments.
bool sleep_call_decode(int number, const uint64_t *arguments, struct sleep_call *call);

// How long the call sleeps, in nanoseconds. `bytes` are the SLEEP_TIME_BYTES at `address` (ignored for
// SLEEP_MILLISECONDS), `now_ns` is what `clock` shows (ignored for a span). Returns 0, or EINVAL where the time is
// none, as the kernel would. Spans beyond 292 years count as that.
int sleep_call_span(const struct sleep_call *call, const unsigned char *bytes, int64_t now_ns, int64_t *span_ns);

#endif
