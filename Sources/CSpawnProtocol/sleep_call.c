#include "sleep_call.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

enum { NANOSECONDS = 1000000000 };

static bool is_real_time(int clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME || clock == CLOCK_TAI;
}

static bool decode_span(struct sleep_call *call, enum sleep_format format, uint64_t address) {
    *call = (struct sleep_call){.format = format, .clock = CLOCK_MONOTONIC, .address = address};
    // Without a time select and its like wait for a signal.
    return address != 0;
}

bool sleep_call_decode(int number, const uint64_t *arguments, struct sleep_call *call) {
    switch (number) {
    case SYS_nanosleep:
        // A time at address 0 is a fault, which the kernel is to tell of.
        return decode_span(call, SLEEP_TIMESPEC, arguments[0]);
    case SYS_clock_nanosleep:
        if (!is_real_time((int)arguments[0]) || !decode_span(call, SLEEP_TIMESPEC, arguments[2])) return false;
        call->clock = (int)arguments[0];
        call->absolute = ((int)arguments[1] & TIMER_ABSTIME) != 0;
        return true;
#ifdef SYS_select
    case SYS_select:
        return (int)arguments[0] == 0 && decode_span(call, SLEEP_TIMEVAL, arguments[4]);
#endif
    // A mask of signals that holds only while the call waits is nothing that could be imitated.
    case SYS_pselect6:
        return (int)arguments[0] == 0 && arguments[5] == 0 && decode_span(call, SLEEP_TIMESPEC, arguments[4]);
    case SYS_ppoll:
        return (unsigned)arguments[1] == 0 && arguments[3] == 0 && decode_span(call, SLEEP_TIMESPEC, arguments[2]);
#ifdef SYS_poll
    case SYS_poll:
        if ((unsigned)arguments[1] != 0 || (int)arguments[2] < 0) return false;
        *call = (struct sleep_call){
            .format = SLEEP_MILLISECONDS, .clock = CLOCK_MONOTONIC, .milliseconds = (int)arguments[2]};
        return true;
#endif
    default:
        return false;
    }
}

// The sum, or the largest number there is.
static int64_t nanoseconds(int64_t seconds, int64_t rest) {
    int64_t total;
    if (__builtin_mul_overflow(seconds, (int64_t)NANOSECONDS, &total)) return INT64_MAX;
    return __builtin_add_overflow(total, rest, &total) ? INT64_MAX : total;
}

int sleep_call_span(const struct sleep_call *call, const unsigned char *bytes, int64_t now_ns, int64_t *span_ns) {
    *span_ns = 0;
    if (call->format == SLEEP_MILLISECONDS) {
        *span_ns = nanoseconds(call->milliseconds / 1000, call->milliseconds % 1000 * 1000000);
        return 0;
    }
    int64_t seconds, rest;
    memcpy(&seconds, bytes, sizeof seconds);
    memcpy(&rest, bytes + sizeof seconds, sizeof rest);
    if (seconds < 0 || rest < 0) return EINVAL;
    if (call->format == SLEEP_TIMEVAL) {
        int64_t carried;
        if (__builtin_add_overflow(seconds, rest / 1000000, &carried)) carried = INT64_MAX;
        *span_ns = nanoseconds(carried, rest % 1000000 * 1000);
        return 0;
    }
    if (rest >= NANOSECONDS) return EINVAL;
    int64_t time = nanoseconds(seconds, rest);
    if (!call->absolute) *span_ns = time;
    else if (time > now_ns) *span_ns = now_ns < 0 ? time : time - now_ns;
    return 0;
}
