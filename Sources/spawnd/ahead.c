#include "ahead.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "channel.h"
#include "student.h"

void ahead_load(struct init *init) {
    long options = PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    // Who has been let go in the meantime is better off without.
    bool is_held = init->started_us == 0 && ptrace(PTRACE_SEIZE, init->student, NULL, options) == 0;
    struct parcel order = {.message = {.kind = STUDENT_LOAD, .code = is_held}};
    channel_send(init->descriptors[STATUS], &order, 0);
}

void ahead_stopped(struct init *init, int status) {
    bool is_loaded = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8);
    if (is_loaded) {
        init->is_loaded = true;
        if (init->started_us != 0) ahead_go(init);
        return;
    }
    // A signal on its way to it, or another stop of the tracing.
    int signal = status >> 16 == 0 ? WSTOPSIG(status) : 0;
    ptrace(PTRACE_CONT, init->student, NULL, (long)signal);
}

void ahead_go(struct init *init) {
    if (init->is_loaded) ptrace(PTRACE_DETACH, init->student, NULL, 0L);
    init->is_loaded = false;
}
