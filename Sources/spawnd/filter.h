// Seccomp filters: built once from the table with libseccomp, installed in every box.

#ifndef SPAWND_FILTER_H
#define SPAWND_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

struct filter {
    struct sock_filter *naming;  // fatal calls and sleeps wait for init, which ends the run or answers them
    struct sock_filter *killing; // for where no listener can be had: fatal calls kill, sleeps are the kernel's
    unsigned short length;       // of either
    size_t allowed; // how many system calls are let through, with or without conditions
};

// Compiles the table. Returns 0, or a negative errno value with `*failed` naming the rule.
int filter_build(struct filter *filter, const char **failed);

// Installs the filter on the calling thread; no_new_privs must be set. With `notify` returns the descriptor that
// tells of fatal calls, or -1 with errno set; without it 0 or -1.
int filter_install(const struct filter *filter, bool notify);

// Whether a call of that number is one with which programs sleep.
bool filter_is_sleep(int number);

// The name of a system call of this machine, from a notification; writes a number where there is none.
void filter_call_name(int number, char *name, size_t size);

#endif
