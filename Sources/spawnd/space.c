#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channel.h"
#include "furnish.h"
#include "lodging.h"
#include "network.h"
#include "request.h"

_Noreturn static void fail(int channel, const char *step) {
    struct parcel parcel = {.message = {.kind = MESSAGE_FAILED, .code = (uint32_t)errno}};
    message_set_text(&parcel.message, step);
    channel_send(channel, &parcel, 0);
    _exit(1);
}

// A container may serve on port 80 whoever it is: the setting belongs to the network, and the network to the space.
static int open_ports(void) {
    int context = fsopen("proc", FSOPEN_CLOEXEC);
    if (context < 0) return -1;
    int processes = fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0 ? fsmount(context, FSMOUNT_CLOEXEC, 0) : -1;
    close(context);
    if (processes < 0) return -1;
    int file = openat(processes, "sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY | O_CLOEXEC);
    int result = file >= 0 && write(file, "0", 1) == 1 ? 0 : -1;
    if (file >= 0) close(file);
    close(processes);
    return result;
}

// One tmpfs for all folders that containers share, hidden from everybody but who is given a folder of it.
static int mount_folders(const struct limits *limits) {
    char options[96];
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=0755", (unsigned long long)limits->disk,
             (unsigned long long)limits->inodes);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return -1;
    return mount("folders", "/proc", "tmpfs", MS_NOSUID | MS_NODEV, options) != 0 ? -1 : chdir("/proc");
}

static int open_folder(int64_t index) {
    char name[24];
    snprintf(name, sizeof name, "%lld", (long long)index);
    if (mkdir(name, 0755) != 0 && errno != EEXIST) return -1;
    // Images have no say in who may write to a volume; Docker gives it to root, and everybody here is one user.
    (void)chmod(name, 01777);
    return open_tree(AT_FDCWD, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

static int give(const struct message *wanted) {
    switch (wanted->code) {
    case GIFT_SOCKET: return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    case GIFT_FOLDER: return open_folder(wanted->values[ASKED_INDEX]);
    default: errno = EINVAL; return -1;
    }
}

_Noreturn void space_run(int channel, uid_t uid, gid_t gid) {
    struct parcel parcel;
    static struct request request;
    const char *failed = "";
    if (furnish_ids(uid, uid, gid, gid) != 0) fail(channel, "uid map of a space");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) fail(channel, "PR_SET_PDEATHSIG");
    int network = network_make(&failed);
    if (network < 0 || network_raise(&failed) != 0) fail(channel, failed);
    if (open_ports() != 0) fail(channel, "ip_unprivileged_port_start");
    int users = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
    if (users < 0) fail(channel, "/proc/self/ns");
    if (channel_receive(channel, &parcel, 0) != 1) _exit(0);
    if (parcel.message.kind != MESSAGE_SPACE || parcel.count != 1 || request_read(&request, parcel.descriptors[0]) != 0) {
        errno = EPROTO;
        fail(channel, "the request");
    }
    parcel_close(&parcel);
    struct parcel ready = {.message = {.kind = MESSAGE_READY}, .count = request.listener_count};
    if (network_listen(request.listeners, request.listener_count, ready.descriptors, &failed) != 0) fail(channel, failed);
    if (mount_folders(&request.limits) != 0) fail(channel, "a tmpfs for folders");
    if (channel_send(channel, &ready, 0) != 0) _exit(0);
    parcel_close(&ready);
    while (channel_receive(channel, &parcel, 0) == 1) {
        if (parcel.message.kind == MESSAGE_KILL) break;
        parcel_close(&parcel);
        if (parcel.message.kind != MESSAGE_GIVE) continue;
        struct parcel given = {.message = parcel.message};
        given.message.kind = MESSAGE_GIVEN;
        bool is_kept = parcel.message.code == GIFT_USERS || parcel.message.code == GIFT_NETWORK;
        int gift = parcel.message.code == GIFT_USERS     ? users
                   : parcel.message.code == GIFT_NETWORK ? network
                                                         : give(&parcel.message);
        given.message.code = gift < 0 ? (uint32_t)errno : 0;
        if (gift >= 0) given.descriptors[given.count++] = gift;
        if (channel_send(channel, &given, 0) != 0) break;
        if (gift >= 0 && !is_kept) close(gift);
    }
    _exit(0);
}
