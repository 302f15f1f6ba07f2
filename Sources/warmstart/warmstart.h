// What warmstart.c asks of request.c, and what it and warmstart.py say to each other.
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

// The descriptor of the listener in the process that waits.
enum { WARM_LISTENER = 3, WARM_PLACE = 4 };

// Processes that wait, at most: one takes about as much memory as a call.
enum { WARM_PLACES = 2 };

// What the process that waits answers, in this order; a connection that ends before the first has run nothing.
enum { WARM_BEGUN = 'B', WARM_ENDED = 'E' };
struct warm_word {
    int32_t kind;
    // Of WARM_ENDED, the status as wait gives it.
    int32_t value;
};

// A Python program, by its first line.
struct program {
    const char *path;
    char interpreter[PATH_MAX];
    // What the first line has behind the interpreter, or nothing.
    char option[64];
    // warmstart.py, beside the running program.
    char server[PATH_MAX];
};

// Reads the first line of a script. Returns 0, or -1 where its interpreter is no Python.
int warm_program(struct program *program, const char *path);

// Whether a fork of another process can be told from a process of its own by nothing: the three standard streams are
// there, and no variable is that makes the loader or Python say or run something when they start.
bool warm_is_ordinary(char *const *environment);

// The name of the socket: one for each program and each set of variables that the loader, the C library and Python read
// when a process starts. Returns its length.
socklen_t warm_address(struct sockaddr_un *address, const struct program *program, char *const *environment);

// A descriptor that stands for one of the places for processes that wait, as long as it is open; -1 where none is left.
int warm_take_place(void);

// Sends what the new process is to be. Returns 0, or -1.
int warm_ask(int connection, char *const *arguments, char *const *environment);
