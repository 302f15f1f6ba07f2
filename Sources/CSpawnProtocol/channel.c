#include "channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control_buffer {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int) * MESSAGE_DESCRIPTORS)];
};

int channel_send(int socket, const struct parcel *parcel, int flags) {
    struct iovec body = {.iov_base = (void *)&parcel->message, .iov_len = sizeof parcel->message};
    struct msghdr header = {.msg_iov = &body, .msg_iovlen = 1};
    union control_buffer control;
    if (parcel->count > 0) {
        memset(&control, 0, sizeof control);
        header.msg_control = control.bytes;
        header.msg_controllen = CMSG_SPACE(sizeof(int) * parcel->count);
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int) * parcel->count);
        memcpy(CMSG_DATA(rights), parcel->descriptors, sizeof(int) * parcel->count);
    }
    ssize_t sent;
    do {
        sent = sendmsg(socket, &header, flags | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -1 : 0;
}

int channel_receive(int socket, struct parcel *parcel, int flags) {
    struct iovec body = {.iov_base = &parcel->message, .iov_len = sizeof parcel->message};
    union control_buffer control;
    struct msghdr header = {
        .msg_iov = &body, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control};
    parcel->count = 0;
    ssize_t length;
    do {
        length = recvmsg(socket, &header, flags | MSG_CMSG_CLOEXEC);
        // Who ends with something unread leaves ECONNRESET, once, before the last words.
    } while (length < 0 && (errno == EINTR || errno == ECONNRESET));
    if (length < 0) return -1;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&header); part != NULL; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        parcel->count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(parcel->descriptors, CMSG_DATA(part), parcel->count * sizeof(int));
    }
    if (length == 0) return 0;
    if (length != sizeof parcel->message || (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
        parcel_close(parcel);
        errno = EPROTO;
        return -1;
    }
    parcel->message.text[MESSAGE_TEXT - 1] = '\0';
    return 1;
}

void parcel_close(struct parcel *parcel) {
    for (size_t index = 0; index < parcel->count; index++) close(parcel->descriptors[index]);
    parcel->count = 0;
}

void message_set_text(struct message *message, const char *text) {
    size_t length = strnlen(text, MESSAGE_TEXT - 1);
    memcpy(message->text, text, length);
    message->text[length] = '\0';
}
