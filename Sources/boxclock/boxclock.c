// Clocks that go with virtual time, for the programs of a box: a library that is loaded before their C library.
//
// The kernel answers clock_gettime in the process's own memory, where nobody sees it, so what a program reads is shifted
// here by what the box has slept (/etc/skylab-clock, which the box's init keeps). A deadline that it reckons from such a
// clock is shifted back before the kernel is asked to wait for it. Programs that are linked statically, Go's for instance,
// read the machine's clocks as before.
//
// It is no boundary of anything: a program that fools itself about the time fools nobody else.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SHOWN __attribute__((visibility("default")))
enum { NANOSECONDS = 1000000000 };

// The function that would have been called without this library. Looked up at its first use.
#define NEXT(name)                                                                                                     \
    ({                                                                                                                 \
        static __typeof__(name) *found;                                                                                \
        __typeof__(name) *next = __atomic_load_n(&found, __ATOMIC_RELAXED);                                            \
        if (next == NULL) {                                                                                            \
            next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);                                                        \
            __atomic_store_n(&found, next, __ATOMIC_RELAXED);                                                          \
        }                                                                                                              \
        next;                                                                                                          \
    })

static const uint64_t nothing = 0;

// The memory with the nanoseconds that the box has slept; of a box without virtual time, 0 for ever.
static const uint64_t *clock_memory(void) {
    static const uint64_t *memory;
    const uint64_t *known = __atomic_load_n(&memory, __ATOMIC_ACQUIRE);
    if (known != NULL) return known;
    int problem = errno;
    known = &nothing;
    int file = open("/etc/skylab-clock", O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        void *mapped = mmap(NULL, sizeof *known, PROT_READ, MAP_SHARED, file, 0);
        if (mapped != MAP_FAILED) known = mapped;
        close(file);
    }
    errno = problem;
    // Two threads may both come here; then there are two mappings of the same.
    __atomic_store_n(&memory, known, __ATOMIC_RELEASE);
    return known;
}

static int64_t slept(void) { return (int64_t)__atomic_load_n(clock_memory(), __ATOMIC_ACQUIRE); }

// Clocks of the world, not those that count what a process or thread has used.
static int goes(clockid_t clock) {
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_TAI:
        return 1;
    default:
        return 0;
    }
}

static struct timespec shifted(struct timespec time, int64_t nanoseconds) {
    time.tv_sec += nanoseconds / NANOSECONDS;
    time.tv_nsec += nanoseconds % NANOSECONDS;
    if (time.tv_nsec >= NANOSECONDS) {
        time.tv_nsec -= NANOSECONDS;
        time.tv_sec++;
    } else if (time.tv_nsec < 0) {
        time.tv_nsec += NANOSECONDS;
        time.tv_sec--;
    }
    return time;
}

// A deadline as the kernel knows it. What is no time stays what it is: the call is to refuse it.
static const struct timespec *deadline(const struct timespec *time, struct timespec *real) {
    if (time == NULL || time->tv_nsec < 0 || time->tv_nsec >= NANOSECONDS || time->tv_sec < 0) return time;
    *real = shifted(*time, -slept());
    // A time before the clock's beginning would be refused; it is as long past as 0 is.
    if (real->tv_sec < 0) *real = (struct timespec){0, 0};
    return real;
}

SHOWN int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = NEXT(clock_gettime)(clock, time);
    if (result == 0 && goes(clock)) *time = shifted(*time, slept());
    return result;
}

SHOWN int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    int result = NEXT(gettimeofday)(time, zone);
    if (result != 0) return result;
    struct timespec now = shifted((struct timespec){time->tv_sec, time->tv_usec * 1000}, slept());
    *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

SHOWN time_t time(time_t *result) {
    struct timespec now;
    if (NEXT(clock_gettime)(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
    now = shifted(now, slept());
    if (result != NULL) *result = now.tv_sec;
    return now.tv_sec;
}

SHOWN int timespec_get(struct timespec *time, int base) {
    int result = NEXT(timespec_get)(time, base);
    if (result == TIME_UTC) *time = shifted(*time, slept());
    return result;
}

SHOWN int clock_nanosleep(clockid_t clock, int flags, const struct timespec *span, struct timespec *rest) {
    struct timespec real;
    if ((flags & TIMER_ABSTIME) != 0 && goes(clock)) span = deadline(span, &real);
    return NEXT(clock_nanosleep)(clock, flags, span, rest);
}

// MARK: Waiting until a deadline

SHOWN int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    struct timespec real;
    return NEXT(sem_timedwait)(semaphore, deadline(until, &real));
}

SHOWN int sem_clockwait(sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict until) {
    struct timespec real;
    return NEXT(sem_clockwait)(semaphore, clock, deadline(until, &real));
}

SHOWN int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                                 const struct timespec *restrict until) {
    struct timespec real;
    return NEXT(pthread_cond_timedwait)(condition, mutex, deadline(until, &real));
}

SHOWN int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, clockid_t clock,
                                 const struct timespec *restrict until) {
    struct timespec real;
    return NEXT(pthread_cond_clockwait)(condition, mutex, clock, deadline(until, &real));
}

SHOWN int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict until) {
    struct timespec real;
    return NEXT(pthread_mutex_timedlock)(mutex, deadline(until, &real));
}

SHOWN int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex, clockid_t clock,
                                  const struct timespec *restrict until) {
    struct timespec real;
    return NEXT(pthread_mutex_clocklock)(mutex, clock, deadline(until, &real));
}

SHOWN int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict until) {
    struct timespec real;
    return NEXT(pthread_rwlock_timedrdlock)(lock, deadline(until, &real));
}

SHOWN int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict until) {
    struct timespec real;
    return NEXT(pthread_rwlock_timedwrlock)(lock, deadline(until, &real));
}

SHOWN int pthread_timedjoin_np(pthread_t thread, void **value, const struct timespec *until) {
    struct timespec real;
    return NEXT(pthread_timedjoin_np)(thread, value, deadline(until, &real));
}

SHOWN int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock, const struct timespec *until) {
    struct timespec real;
    return NEXT(pthread_clockjoin_np)(thread, value, clock, deadline(until, &real));
}

// MARK: Timers

// A timer that is to go off at a time; 0 disarms it and is left alone.
static const struct itimerspec *alarm_time(const struct itimerspec *time, struct itimerspec *real) {
    if (time == NULL || (time->it_value.tv_sec == 0 && time->it_value.tv_nsec == 0)) return time;
    struct timespec value;
    real->it_interval = time->it_interval;
    real->it_value = *deadline(&time->it_value, &value);
    if (real->it_value.tv_sec == 0 && real->it_value.tv_nsec == 0) real->it_value.tv_nsec = 1;
    return real;
}

SHOWN int timer_settime(timer_t timer, int flags, const struct itimerspec *restrict time,
                        struct itimerspec *restrict old) {
    struct itimerspec real;
    return NEXT(timer_settime)(timer, flags, (flags & TIMER_ABSTIME) != 0 ? alarm_time(time, &real) : time, old);
}

SHOWN int timerfd_settime(int timer, int flags, const struct itimerspec *time, struct itimerspec *old) {
    struct itimerspec real;
    return NEXT(timerfd_settime)(timer, flags, (flags & TFD_TIMER_ABSTIME) != 0 ? alarm_time(time, &real) : time, old);
}
