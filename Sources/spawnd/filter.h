// Seccomp filters: built once from the table with libseccomp, installed in every box.

#ifndef SPAWND_FILTER_H
#define SPAWND_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

struct filter {
    struct sock_filter *naming;  // fatal calls and sleeps wait for init, which ends the run or answers them
    struct sock_filter *relaying; // naming, and connections wait for init, too: for a box without a network of its own
    struct sock_filter *killing; // for where no listener can be had: fatal calls kill, sleeps are the kernel's
    unsigned short length;       // of each
    size_t allowed; // how many system calls are let through, with or without conditions
};

// Compiles the table. Returns 0, or a negative errno value with `*failed` naming the rule.
int filter_build(struct filter *filter, const char **failed);

enum filter_kind { FILTER_NAMING, FILTER_RELAYING, FILTER_KILLING };

// Installs the filter on the calling thread; no_new_privs must be set. Returns the descriptor that tells of calls that
// wait, or -1 with errno set; for FILTER_KILLING 0 or -1.
int filter_install(const struct filter *filter, enum filter_kind kind);

// Where there are no namespaces, and no network of the box's own: nothing that is connected to without connect, no
// datagrams, no listeners, no System V objects, no signal to everybody. To be installed before the others.
int filter_install_bare(void);

// Connections wait for init and all else is allowed: what is left when the filter itself is turned off.
int filter_install_relay(void);

// Whether a call of that number is one with which programs sleep.
bool filter_is_sleep(int number);

// The name of a system call of this machine, from a notification; writes a number where there is none.
void filter_call_name(int number, char *name, size_t size);

#endif
