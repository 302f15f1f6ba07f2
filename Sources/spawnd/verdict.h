// From what was seen to how the run ended.

#ifndef SPAWND_VERDICT_H
#define SPAWND_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.h"
#include "request.h"

// What init saw.
struct evidence {
    int limit;       // the limit for which init ended the run, or -1
    bool forbidden;  // a fatal system call was made; `text` is its name
    int not_started; // errno of the step `text` before the program, or 0
    bool ended;      // the program's first process ended; `status` is as wait4 gave it
    int status;
    bool disk_full;
    int64_t wall_us;
    int64_t cpu_us;
    uint64_t peak_bytes;
    unsigned peak_tasks;
    unsigned left_running;
    uint64_t disk_bytes, inodes;
    char text[64];
};

// The report that goes to spawnd.
struct message verdict(const struct evidence *evidence, const struct limits *limits);

#endif
