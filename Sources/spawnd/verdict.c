#include "verdict.h"

#include <signal.h>
#include <sys/wait.h>

#include "channel.h"

// A shell exits with 128 + the signal when the command that it ran last died of one.
enum { SHELL_SIGNAL = 128 };

static void set(struct message *message, enum ending ending, int detail) {
    message->code = ending;
    message->values[ENDED_DETAIL] = detail;
}

// The limit that a death by `signal` stands for, or -1.
static int limit_behind(int signal, const struct evidence *evidence, const struct limits *limits) {
    switch (signal) {
    case SIGXCPU:
        return LIMIT_CPU;
    case SIGXFSZ:
        return LIMIT_FILE_SIZE;
    case SIGKILL: // the hard limit of CPU time, when SIGXCPU was ignored
        if (evidence->cpu_us / 1000 >= (int64_t)limits->cpu_ms) return LIMIT_CPU;
        break;
    default:
        break;
    }
    bool ran_out = signal == SIGKILL || signal == SIGABRT || signal == SIGSEGV || signal == SIGBUS;
    if (ran_out && evidence->peak_bytes / 9 >= limits->memory / 10) return LIMIT_MEMORY;
    return -1;
}

static void judge_signal(struct message *message, int signal, const struct evidence *evidence,
                         const struct limits *limits) {
    int limit = limit_behind(signal, evidence, limits);
    if (limit >= 0) {
        set(message, ENDING_LIMIT, limit);
    } else if (signal == SIGSYS) {
        // Calls of the native ABI are named; what is left to die of SIGSYS came by another one.
        set(message, ENDING_FORBIDDEN, 0);
        message_set_text(message, "a system call of a foreign ABI");
    } else {
        set(message, ENDING_SIGNALLED, signal);
    }
}

static void judge_exit(struct message *message, int code, const struct evidence *evidence,
                       const struct limits *limits) {
    if (code > SHELL_SIGNAL) {
        int limit = limit_behind(code - SHELL_SIGNAL, evidence, limits);
        if (limit >= 0) {
            set(message, ENDING_LIMIT, limit);
            return;
        }
    }
    if (code != 0 && evidence->disk_full) {
        set(message, ENDING_LIMIT, LIMIT_DISK);
    } else {
        set(message, ENDING_EXITED, code);
    }
}

struct message verdict(const struct evidence *evidence, const struct limits *limits) {
    struct message message = {.kind = MESSAGE_ENDED};
    message.values[ENDED_WALL_US] = evidence->wall_us;
    message.values[ENDED_CPU_US] = evidence->cpu_us;
    message.values[ENDED_PEAK_BYTES] = (int64_t)evidence->peak_bytes;
    message.values[ENDED_PEAK_TASKS] = evidence->peak_tasks;
    message.values[ENDED_LEFT_RUNNING] = evidence->left_running;
    message.values[ENDED_DISK_BYTES] = (int64_t)evidence->disk_bytes;
    message.values[ENDED_INODES] = (int64_t)evidence->inodes;
    if (evidence->not_started != 0) {
        set(&message, ENDING_NOT_STARTED, evidence->not_started);
        message_set_text(&message, evidence->text);
    } else if (evidence->forbidden) {
        set(&message, ENDING_FORBIDDEN, 0);
        message_set_text(&message, evidence->text);
    } else if (evidence->limit >= 0) {
        set(&message, ENDING_LIMIT, evidence->limit);
    } else if (!evidence->ended) {
        set(&message, ENDING_BROKEN, 0);
    } else if (WIFSIGNALED(evidence->status)) {
        judge_signal(&message, WTERMSIG(evidence->status), evidence, limits);
    } else {
        judge_exit(&message, WEXITSTATUS(evidence->status), evidence, limits);
    }
    return message;
}
