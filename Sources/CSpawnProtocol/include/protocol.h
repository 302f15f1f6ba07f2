// The messages between the Sandbox library and spawnd, and between spawnd and a box's init.
//
// Both sides are built together and run on one machine, so integers are in the machine's own order. A message is one
// SOCK_SEQPACKET record of a fixed size; descriptors travel beside it (SCM_RIGHTS). PROTOCOL_VERSION is compared when
// spawnd starts.

#ifndef SPAWN_PROTOCOL_H
#define SPAWN_PROTOCOL_H

#include <stdint.h>

enum { PROTOCOL_VERSION = 8, REQUEST_MAGIC = 0x534b594c };

enum message_kind {
    // To spawnd, which passes them on to the box's init, or the space, all but MESSAGE_START.
    MESSAGE_LAUNCH = 1,  // values: see enum launch_value; descriptors: request (memfd), standard output, standard error,
                         // and for virtual time a box_clock, and where LAUNCH_KEPT says so a folder that a box gave
    MESSAGE_START = 2,   // the program may go: spawnd watches over the wall limit, too (see GO_READERS)
    MESSAGE_KILL = 3,    // code: enum limit
    MESSAGE_SPACE = 6,   // a network that boxes share is wanted; descriptors: request (its listeners, its disk)
    MESSAGE_GIVE = 7,    // to a space, or to a box that has namespaces: code: enum gift; values: see enum asked_value
    MESSAGE_SIGNAL = 8,  // code: a signal for the program; SIGKILL takes its place where the program has no handler
    MESSAGE_RUN = 9,     // another program in the box; values: see enum asked_value; descriptors: request, output, error

    MESSAGE_USAGE = 17,  // how much memory has the box had at most? values: see enum asked_value

    // From spawnd to init, before MESSAGE_LAUNCH or MESSAGE_SHAPE: a host tree of the request that spawnd has opened.
    MESSAGE_TREE = 4,    // code: enum tree_kind; values: its index; text: a link's target; descriptors: a mount

    MESSAGE_SHAPE = 5,   // a box like this one will be asked for; descriptors: its request

    // From spawnd to init, once for each box.
    MESSAGE_GROUP = 16,  // code: the version of control groups, 0 for none; descriptors: the folders of the box's group

    // From spawnd; from MESSAGE_ENDED on and MESSAGE_FAILED also from a box's init.
    MESSAGE_HELLO = 10,  // values: see enum hello_value
    MESSAGE_READY = 11,  // values: see enum ready_value; descriptors: the listeners, in the order of the request,
                         // and, but for a space, an eventfd that lets the program go and the socket on which init says
                         // whatever comes after this
    MESSAGE_FAILED = 12, // the box could not be made; code: errno, text: the step; values: see enum failed_value
    MESSAGE_ENDED = 13,  // code: enum ending, values: see enum ended_value, text: a reason or a system call's name;
                         // descriptors: the files that were taken out, where some were asked for
    MESSAGE_GIVEN = 14,  // values: see enum asked_value; code: errno; descriptors: what was asked for
    MESSAGE_RAN = 15,    // the other program has ended; values: see enum asked_value; code: its wait status
    MESSAGE_USED = 18,   // values: see enum asked_value; code: KiB
};

// What a space gives: its namespaces, a socket in its network that is not connected yet, one of its folders. What a box
// gives: its /tmp, a mount that lasts after it.
enum gift { GIFT_USERS = 0, GIFT_NETWORK = 1, GIFT_SOCKET = 2, GIFT_FOLDER = 3, GIFT_TEMPORARY = 4 };

enum asked_value {
    ASKED_TOKEN = 0, // comes back with the answer
    ASKED_INDEX,     // of a folder
};

enum launch_value {
    LAUNCH_WALL_MS = 0,
    LAUNCH_OMITTED, // bits of enum omission
    LAUNCH_SHARED,  // whether it is a container in a space: then the descriptors are the request, standard output and
                    // standard error, the namespaces of the space (users, network), and a mount for each of its folders
    LAUNCH_KEPT,    // whether the last descriptor is the /tmp of a box before, which this one has, too
};

// Layers that a box is to be made without: those that a machine has not, or that a test turns off to see what holds
// then.
enum omission {
    OMIT_NAMESPACES = 1 << 0,
    OMIT_LANDLOCK = 1 << 1,
    OMIT_SECCOMP = 1 << 2, // all but what relays connections; sleeps last
    OMIT_LIMITS = 1 << 3,  // the rlimits
    OMIT_GROUP = 1 << 4,   // the control group
    OMIT_AHEAD = 1 << 5,   // no layer: what was made ahead of the request
};

// The program and its init both wait for the eventfd of MESSAGE_READY, each for one: nobody needs to pass anything on.
enum { GO_READERS = 2 };

enum { LAUNCH_DESCRIPTORS = 3, LAUNCH_DESCRIPTORS_VIRTUAL = 4, LAUNCH_DESCRIPTORS_SHARED = 5 };

// How a run ended.
enum ending {
    ENDING_EXITED = 0,      // ENDED_DETAIL: the exit code
    ENDING_SIGNALLED = 1,   // ENDED_DETAIL: the signal
    ENDING_LIMIT = 2,       // ENDED_DETAIL: enum limit
    ENDING_FORBIDDEN = 3,   // text: the system call
    ENDING_NOT_STARTED = 4, // ENDED_DETAIL: errno, text: the step that failed
    ENDING_BROKEN = 5,      // the box died without a report: an error of the sandbox, not of the program
};

// What a limit is called; the order is that of ProgramEnding.Limit.
enum limit {
    LIMIT_WALL = 0,
    LIMIT_CPU = 1,
    LIMIT_MEMORY = 2,
    LIMIT_PROCESSES = 3,
    LIMIT_OUTPUT = 4,
    LIMIT_FILE_SIZE = 5,
    LIMIT_DISK = 6,
    LIMIT_API_CALLS = 7,
    LIMIT_API_DATA = 8,
};

enum hello_value {
    HELLO_VERSION = 0,
    HELLO_PRIVILEGED, // whether trees that only root can reach can be shown
    HELLO_UID,        // the user that boxes run as
};

enum failed_value {
    FAILED_BLANK = 0, // whether it was before anything of the request was looked at: no other box can be made either
};

enum ready_value {
    READY_LANDLOCK = 0, // the Landlock ABI in use, 0 for none
    READY_SYSCALLS,     // how many system calls the seccomp filter lets through
    READY_HIDEPID,      // whether /proc hides what the program may not trace
    READY_NOTICES,      // whether init hears of fatal calls, and so can name them
    READY_CGROUP,       // 1 or 2: the version of control groups that bounds the tree; 0: it is polled
    READY_VIRTUAL_TIME, // whether sleeps are answered at once
    READY_OMITTED,      // bits of enum omission: what is not there
};

enum ended_value {
    ENDED_DETAIL = 0,
    ENDED_WALL_US,
    ENDED_CPU_US,
    ENDED_PEAK_BYTES,
    ENDED_PEAK_TASKS,
    ENDED_LEFT_RUNNING,
    ENDED_DISK_BYTES, // what the folders that can be written held at the end
    ENDED_INODES,
};

enum { MESSAGE_VALUES = 8, MESSAGE_TEXT = 192, MESSAGE_DESCRIPTORS = 17 };

struct message {
    uint32_t kind;
    uint32_t code;
    uint64_t box;
    int64_t values[MESSAGE_VALUES];
    char text[MESSAGE_TEXT]; // ends with NUL
};

#endif
