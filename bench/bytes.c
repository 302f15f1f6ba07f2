// Answers every request with the same bytes from memory: what a server could reach at most on this machine.
//
// Usage: bytes COUNT    It takes a free port of the loopback interface and prints it.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char *answer;
static size_t length;

static void *serve(void *argument) {
    int connection = (int)(intptr_t)argument;
    char request[4096];
    while (read(connection, request, sizeof request) > 0) {
        for (size_t sent = 0; sent < length;) {
            ssize_t written = write(connection, answer + sent, length - sent);
            if (written <= 0) return NULL;
            sent += (size_t)written;
        }
    }
    close(connection);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    size_t body = strtoul(arguments[1], NULL, 10);
    answer = malloc(body + 128);
    if (answer == NULL) return 1;
    length = (size_t)sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %zu\r\n\r\n", body);
    memset(answer + length, 'x', body);
    length += body;

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0) return 1;
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int connection = accept(listener, NULL, NULL), one = 1;
        if (connection < 0) return 1;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)connection) == 0) pthread_detach(thread);
    }
}
