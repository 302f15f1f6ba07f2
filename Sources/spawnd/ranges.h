// What a filter says to calls by their numbers alone: a search tree over ranges of numbers with the same answer.
//
// A list of conditions, one a call, would be several times as long, and the kernel translates the filter of each box anew.

#ifndef SPAWND_RANGES_H
#define SPAWND_RANGES_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

enum { RANGES_CALLS = 512 };

// No answer yet: what comes behind the tree is to look at the arguments.
#define RANGES_UNDECIDED UINT32_MAX

// As many instructions as a tree can have: a node for each boundary, an answer of each kind, and the load of the number.
enum { RANGES_ANSWERS = 8, RANGES_LONGEST = RANGES_CALLS + RANGES_ANSWERS + 1 };

// Writes the tree for `count` calls, each with an answer as of SECCOMP_RET_*. Undecided calls go on behind it. Returns
// how many instructions it has, or 0 where it cannot be written: too many kinds of answers, or jumps that are too far.
size_t ranges_compile(const uint32_t *answers, size_t count, struct sock_filter program[RANGES_LONGEST]);

#endif
