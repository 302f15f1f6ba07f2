#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "student.h"

union descriptor_control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
};

void student_say(int socket, struct student_status status, int descriptor) {
    struct iovec body = {.iov_base = &status, .iov_len = sizeof status};
    union descriptor_control control = {0};
    struct msghdr header = {.msg_iov = &body, .msg_iovlen = 1};
    if (descriptor >= 0) {
        header.msg_control = control.bytes;
        header.msg_controllen = sizeof control.bytes;
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    }
    (void)!sendmsg(socket, &header, MSG_NOSIGNAL);
}

int student_hear(int socket, struct student_status *status, int *descriptor) {
    struct iovec body = {.iov_base = status, .iov_len = sizeof *status};
    union descriptor_control control;
    struct msghdr header = {
        .msg_iov = &body, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(socket, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    // Who dies with an order unread leaves this error before the last words.
    if (length < 0 && errno == ECONNRESET) length = recvmsg(socket, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (length < 0) return -1;
    if (length != sizeof *status) return 0;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
    if (rights != NULL && rights->cmsg_type == SCM_RIGHTS) memcpy(descriptor, CMSG_DATA(rights), sizeof(int));
    return 1;
}
