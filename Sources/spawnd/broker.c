#include "broker.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include "filter.h"
#include "sleep_call.h"

enum { FIRST_PATIENCE_US = 500, LAST_PATIENCE_US = 10000 };

// Linux 6.6: hands the processor to the caller straight away.
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
enum { SYNC_WAKE_UP = 1 };

static int64_t read_clock(int clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) return 0;
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t now_us(void) { return read_clock(CLOCK_MONOTONIC) / 1000; }

static void answer(const struct broker *broker, uint64_t id, int problem, bool let_go) {
    struct seccomp_notif_resp response = {
        .id = id, .error = -problem, .flags = let_go ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0};
    // A caller who is gone, or was interrupted, needs no answer.
    (void)ioctl(broker->listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static bool still_waits(const struct broker *broker, uint64_t id) {
    return ioctl(broker->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void broker_open(struct broker *broker, int listener, struct box_clock *clock, int processes,
                 struct family *family) {
    broker->listener = listener;
    broker->clock = clock;
    (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SYNC_WAKE_UP);
    tasks_open(&broker->tasks, processes, family);
}

// Reads the time that the caller points to. Returns 0 or errno.
static int read_time(pid_t caller, uint64_t address, unsigned char bytes[SLEEP_TIME_BYTES]) {
    struct iovec here = {.iov_base = bytes, .iov_len = SLEEP_TIME_BYTES};
    struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = SLEEP_TIME_BYTES};
    ssize_t length = process_vm_readv(caller, &here, 1, &there, 1, 0);
    if (length < 0) return errno;
    return length == SLEEP_TIME_BYTES ? 0 : EFAULT;
}

// A deadline was reckoned a moment ago, how long ago depends on what else the machine does. Rounded up to what people
// and programs wait for, the same program sleeps equally long in every run, on a busy machine too.
static int64_t steady(int64_t span_ns) {
    int64_t millisecond = 1000000;
    int64_t grain = 1000 * millisecond;
    if (span_ns <= 4500 * millisecond) grain = 250 * millisecond;
    if (span_ns <= 450 * millisecond) grain = 50 * millisecond;
    if (span_ns <= 90 * millisecond) grain = 10 * millisecond;
    return (span_ns + grain - 1) / grain * grain;
}

static void enter(struct broker *broker, const struct seccomp_notif *call, int64_t span_ns) {
    size_t place = broker->count++;
    broker->callers[place] = (pid_t)call->pid;
    broker->sleepers[place] = (struct sleeper){
        .id = call->id, .wakes_ns = broker->now_ns + span_ns, .deadline_us = now_us() + span_ns / 1000};
    broker->patience_us = FIRST_PATIENCE_US;
}

bool broker_takes(struct broker *broker, const struct seccomp_notif *call) {
    if (!filter_is_sleep(call->data.nr)) return false;
    struct sleep_call sleep;
    unsigned char bytes[SLEEP_TIME_BYTES];
    int64_t span_ns = 0;
    bool known = broker->clock != NULL && broker->count < BROKER_SLEEPERS &&
                 sleep_call_decode(call->data.nr, (const uint64_t *)call->data.args, &sleep);
    if (known && sleep.format != SLEEP_MILLISECONDS) {
        // The memory is the caller's only as long as the caller is still there.
        known = read_time((pid_t)call->pid, sleep.address, bytes) == 0 && still_waits(broker, call->id);
    }
    int problem = 0;
    if (known) problem = sleep_call_span(&sleep, bytes, sleep.absolute ? read_clock(sleep.clock) : 0, &span_ns);
    if (known && problem == 0) {
        known = span_ns > BROKER_SHORT_NS && span_ns <= BROKER_HORIZON_NS - broker->now_ns;
    }
    if (!known || problem != 0) {
        answer(broker, call->id, problem, problem == 0);
    } else {
        enter(broker, call, sleep.absolute ? steady(span_ns) : span_ns);
    }
    return true;
}

static void leave(struct broker *broker, size_t place) {
    size_t last = --broker->count;
    broker->sleepers[place] = broker->sleepers[last];
    broker->callers[place] = broker->callers[last];
}

// Those who were interrupted, or are dead, have no say in how late it is.
static void forget_the_gone(struct broker *broker) {
    for (size_t place = broker->count; place-- > 0;) {
        if (!still_waits(broker, broker->sleepers[place].id)) leave(broker, place);
    }
}

// Who waits for a notification to be taken looks like one who waits for something else, but may be about to sleep less
// long than the others.
static bool has_notice(const struct broker *broker) {
    struct pollfd listener = {.fd = broker->listener, .events = POLLIN};
    return poll(&listener, 1, 0) > 0;
}

// The end of the sleep that is over first: of all where the box is idle, else of those who have really slept as long.
static bool next_wake(struct broker *broker, int64_t *wakes_ns) {
    int64_t late_us = now_us();
    bool idle = tasks_are_idle(&broker->tasks, broker->callers, broker->count) && !has_notice(broker);
    bool found = false;
    for (size_t place = 0; place < broker->count; place++) {
        const struct sleeper *sleeper = &broker->sleepers[place];
        if (!idle && sleeper->deadline_us > late_us) continue;
        if (!found || sleeper->wakes_ns < *wakes_ns) *wakes_ns = sleeper->wakes_ns;
        found = true;
    }
    return found;
}

void broker_look(struct broker *broker) {
    int64_t wakes_ns = 0;
    forget_the_gone(broker);
    if (broker->count > 0 && next_wake(broker, &wakes_ns)) {
        if (wakes_ns > broker->now_ns) broker->now_ns = wakes_ns;
        size_t woken = 0;
        for (size_t place = 0; place < broker->count; place++) {
            woken += broker->sleepers[place].wakes_ns <= broker->now_ns;
        }
        broker->answered += woken;
        // Before anybody wakes: what they do next happens at the new time.
        box_clock_set(broker->clock, (uint64_t)broker->now_ns, broker->answered);
        if (broker->shown != NULL) __atomic_store_n(broker->shown, (uint64_t)broker->now_ns, __ATOMIC_RELEASE);
        for (size_t place = broker->count; place-- > 0;) {
            if (broker->sleepers[place].wakes_ns > broker->now_ns) continue;
            answer(broker, broker->sleepers[place].id, 0, false);
            leave(broker, place);
        }
        broker->patience_us = FIRST_PATIENCE_US;
    } else if (broker->patience_us < LAST_PATIENCE_US) {
        broker->patience_us *= 2;
    }
    broker->next_look_us = now_us() + broker->patience_us;
}
