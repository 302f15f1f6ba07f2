// Runs a Python program in a process that has its libraries loaded already: the interpreter of a script such as
//
//     #!/usr/local/libexec/skylab/skylab-warm /opt/venv/bin/aws
//
// The first call in a box starts warmstart.py, which imports what the program imports and waits; that call and each one
// after it becomes a fork of it, with the arguments, environment, working folder, descriptors, limits and signals of the
// process that asked. Whatever is out of the ordinary is run by the program itself, as if this were not here.
//
// It is no boundary of anything: it runs in a box, as the program would, and reaches what the program reaches. The
// socket is an abstract one, which ends with the box's network.

#define _GNU_SOURCE
#include "warmstart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

// What a shell says of a program that it cannot run.
enum { CANNOT_RUN = 126, NOT_FOUND = 127 };

static int open_socket(void) { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

// The process that waits is nobody's: nothing of the call that starts it is to stay but what a call cannot change back,
// its limits and niceness, by which warmstart.py judges whom it can serve.
static _Noreturn void serve(int listener, int place, const struct program *program) {
    int nothing = open("/dev/null", O_RDWR);
    if (setsid() < 0 || chdir("/") != 0 || nothing < 0) _exit(CANNOT_RUN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    umask(022);
    // Out of the way of where they are to be.
    listener = fcntl(listener, F_DUPFD, WARM_PLACE + 1);
    place = fcntl(place, F_DUPFD, WARM_PLACE + 1);
    for (int standard = 0; standard < WARM_LISTENER; standard++) dup2(nothing, standard);
    if (dup2(listener, WARM_LISTENER) < 0 || dup2(place, WARM_PLACE) < 0) _exit(CANNOT_RUN);
    if (close_range(WARM_PLACE + 1, ~0u, 0) != 0) _exit(CANNOT_RUN);
    const char *arguments[5] = {program->interpreter};
    int count = 1;
    if (program->option[0] != '\0') arguments[count++] = program->option;
    arguments[count++] = program->server;
    arguments[count++] = program->path;
    execv(program->interpreter, (char *const *)arguments);
    _exit(CANNOT_RUN);
}

// Starts the process that waits, unless another call has done so meanwhile. Returns 0, or -1.
static int start(const struct sockaddr_un *address, socklen_t length, const struct program *program) {
    int listener = open_socket();
    if (listener < 0) return -1;
    if (bind(listener, (const struct sockaddr *)address, length) != 0) {
        int problem = errno;
        close(listener);
        return problem == EADDRINUSE ? 0 : -1;
    }
    int place = warm_take_place();
    // From here on a call that comes before the libraries are loaded waits in the listener's queue.
    int result = place < 0 ? -1 : listen(listener, 128);
    if (result == 0) {
        pid_t child = fork();
        if (child == 0) serve(listener, place, program);
        result = child < 0 ? -1 : 0;
    }
    if (place >= 0) close(place);
    close(listener);
    return result;
}

static int reach(const struct program *program) {
    struct sockaddr_un address;
    socklen_t length = warm_address(&address, program, environ);
    for (int attempt = 0; attempt < 2; attempt++) {
        int connection = open_socket();
        if (connection < 0) return -1;
        if (connect(connection, (const struct sockaddr *)&address, length) == 0) return connection;
        close(connection);
        if (errno != ECONNREFUSED || start(&address, length, program) != 0) return -1;
    }
    return -1;
}

// Signals that are ignored here stay so, as a background command of a shell ignores SIGINT.
static int watch_signals(sigset_t *before) {
    static const int passed[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM};
    sigset_t set;
    sigemptyset(&set);
    for (size_t index = 0; index < sizeof passed / sizeof *passed; index++) {
        struct sigaction action;
        if (sigaction(passed[index], NULL, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&set, passed[index]);
    }
    if (sigprocmask(SIG_BLOCK, &set, before) != 0) return -1;
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static _Noreturn void end_as(int status) {
    if (!WIFSIGNALED(status)) _exit(WEXITSTATUS(status));
    int number = WTERMSIG(status);
    signal(number, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    _exit(128 + number);
}

static void pass_signal(int signals, int connection) {
    struct signalfd_siginfo signal;
    if (read(signals, &signal, sizeof signal) != sizeof signal) return;
    unsigned char number = (unsigned char)signal.ssi_signo;
    (void)send(connection, &number, 1, MSG_NOSIGNAL);
}

// Returns where nothing was begun, so that the program can still be run in the ordinary way.
static void follow(int connection, int signals) {
    bool begun = false;
    for (;;) {
        struct pollfd sources[] = {{.fd = connection, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        if (poll(sources, 2, -1) < 0 && errno != EINTR) return;
        if ((sources[1].revents & POLLIN) != 0) pass_signal(signals, connection);
        if (sources[0].revents == 0) continue;
        struct warm_word word;
        if (recv(connection, &word, sizeof word, MSG_WAITALL) != sizeof word) {
            // Who was killed together with the process that waits.
            if (begun) end_as(SIGKILL);
            return;
        }
        if (word.kind == WARM_ENDED && begun) end_as(word.value);
        begun = word.kind == WARM_BEGUN;
        if (!begun) return;
    }
}

static void run_warm(const struct program *program, char **arguments) {
    if (!warm_is_ordinary(environ)) return;
    int connection = reach(program);
    if (connection < 0) return;
    if (warm_ask(connection, arguments, environ) == 0) {
        sigset_t before;
        int signals = watch_signals(&before);
        if (signals >= 0) {
            follow(connection, signals);
            close(signals);
            sigprocmask(SIG_SETMASK, &before, NULL);
        }
    }
    close(connection);
}

int main(int count, char **arguments) {
    struct program program;
    if (count < 3) {
        fprintf(stderr, "usage: the interpreter of a script: #!%s PROGRAM\n", count > 0 ? arguments[0] : "skylab-warm");
        return 2;
    }
    if (warm_program(&program, arguments[1]) == 0) run_warm(&program, arguments + 3);
    // The program takes the place of the script in its arguments.
    arguments[2] = arguments[1];
    execv(arguments[1], arguments + 2);
    fprintf(stderr, "%s: %s\n", arguments[1], strerror(errno));
    return errno == ENOENT ? NOT_FOUND : CANNOT_RUN;
}
