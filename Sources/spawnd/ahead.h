// A program that has to wait for its start is loaded meanwhile, and held before its first instruction.
//
// Init traces the process for that long only: ptrace(2) stops who has been executed at PTRACE_EVENT_EXEC, and letting it
// go leaves nothing of the tracing behind. Where the kernel refuses (Yama's ptrace_scope 3), it is loaded when it starts.

#ifndef SPAWND_AHEAD_H
#define SPAWND_AHEAD_H

#include "init_state.h"

// Answers the student, who waits: whether it is to load its program at once.
void ahead_load(struct init *init);

// The student has stopped, with what waitpid(2) gives.
void ahead_stopped(struct init *init, int status);

// The program has been let go: it runs, now or as soon as it is loaded.
void ahead_go(struct init *init);

#endif
