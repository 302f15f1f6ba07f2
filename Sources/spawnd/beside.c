#include "beside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "student.h"

enum { MOST = 8 };

static struct {
    pid_t process;
    int64_t token;
} running[MOST];

// Whether the process catches the signal, from the mask in its status.
static bool catches(const struct init *init, int signal) {
    char path[40], text[4096];
    snprintf(path, sizeof path, "%d/status", (int)init->student);
    int file = openat(init->root.processes, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    const char *line = strstr(text, "\nSigCgt:");
    return line != NULL && (strtoull(line + 8, NULL, 16) >> (signal - 1) & 1) != 0;
}

void beside_signal(struct init *init, int signal) {
    if (init->started_us == 0 || signal < 1 || signal > 64) return;
    kill(init->student, catches(init, signal) ? signal : SIGKILL);
}

static void answer(const struct init *init, uint32_t kind, int64_t token, uint32_t code) {
    struct parcel parcel = {.message = {.kind = kind, .code = code}};
    parcel.message.values[ASKED_TOKEN] = token;
    channel_send(init->setup->channel, &parcel, 0);
}

static void say(const struct init *init, int64_t token, int status) {
    answer(init, MESSAGE_RAN, token, (uint32_t)status);
}

void beside_tell_usage(struct init *init, int64_t token) {
    account_take(&init->account, false);
    answer(init, MESSAGE_USED, token, (uint32_t)(init->account.peak_memory / 1024));
}

void beside_give(const struct init *init, const struct message *wanted) {
    struct parcel parcel = {.message = {.kind = MESSAGE_GIVEN, .code = EINVAL}};
    parcel.message.values[ASKED_TOKEN] = wanted->values[ASKED_TOKEN];
    if (!init->bare && wanted->code == GIFT_TEMPORARY) {
        // With the trees that lie in it.
        int folder = open_tree(AT_FDCWD, "/tmp", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
        parcel.message.code = folder < 0 ? (uint32_t)errno : 0;
        if (folder >= 0) parcel.descriptors[parcel.count++] = folder;
    }
    channel_send(init->setup->channel, &parcel, 0);
    parcel_close(&parcel);
}

void beside_run(struct init *init, struct parcel *parcel) {
    int64_t token = parcel->message.values[ASKED_TOKEN];
    int place = 0;
    while (place < MOST && running[place].process != 0) place++;
    if (init->started_us == 0 || parcel->count != 3 || place == MOST) {
        say(init, token, W_EXITCODE(126, 0));
        return;
    }
    pid_t process = fork();
    if (process == 0) student_run_beside(init->setup, &init->group, parcel);
    if (process < 0) {
        say(init, token, W_EXITCODE(126, 0));
        return;
    }
    running[place].process = process;
    running[place].token = token;
}

bool beside_ended(struct init *init, pid_t process, int status) {
    for (int place = 0; place < MOST; place++) {
        if (running[place].process != process) continue;
        running[place].process = 0;
        say(init, running[place].token, status);
        return true;
    }
    return false;
}
