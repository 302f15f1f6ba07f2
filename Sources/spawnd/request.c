#include "request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

// A position in the bytes. Once something does not fit, `bad` stays set and everything reads as empty.
struct cursor {
    unsigned char *next;
    size_t left;
    bool bad;
};

static void take(struct cursor *cursor, void *into, size_t size) {
    if (cursor->bad || cursor->left < size) {
        cursor->bad = true;
        memset(into, 0, size);
        return;
    }
    memcpy(into, cursor->next, size);
    cursor->next += size;
    cursor->left -= size;
}

static uint32_t take_u32(struct cursor *cursor) {
    uint32_t value;
    take(cursor, &value, sizeof value);
    return value;
}

static uint64_t take_u64(struct cursor *cursor) {
    uint64_t value;
    take(cursor, &value, sizeof value);
    return value;
}

static unsigned char *take_bytes(struct cursor *cursor, uint64_t size) {
    if (cursor->bad || cursor->left < size) {
        cursor->bad = true;
        return cursor->next;
    }
    unsigned char *bytes = cursor->next;
    cursor->next += size;
    cursor->left -= size;
    return bytes;
}

static char *take_string(struct cursor *cursor) {
    static char empty[1];
    uint32_t length = take_u32(cursor);
    char *text = (char *)take_bytes(cursor, (uint64_t)length + 1);
    if (cursor->bad || text[length] != '\0' || strlen(text) != length) {
        cursor->bad = true;
        return empty;
    }
    return text;
}

// A NULL-terminated array of strings, as execve wants it.
static char **take_strings(struct cursor *cursor) {
    uint32_t count = take_u32(cursor);
    if (count > cursor->left / 5) cursor->bad = true;
    if (cursor->bad) return NULL;
    char **strings = calloc((size_t)count + 1, sizeof *strings);
    if (strings == NULL) {
        cursor->bad = true;
        return NULL;
    }
    for (uint32_t index = 0; index < count; index++) strings[index] = take_string(cursor);
    return strings;
}

static int take_trees(struct cursor *cursor, struct request *request) {
    uint32_t count = take_u32(cursor);
    if (count > REQUEST_TREES) return E2BIG;
    for (uint32_t index = 0; index < count; index++) request->trees[index] = take_string(cursor);
    request->tree_count = count;
    return 0;
}

static int take_listeners(struct cursor *cursor, struct request *request) {
    uint32_t count = take_u32(cursor);
    if (count > REQUEST_LISTENERS) return E2BIG;
    for (uint32_t index = 0; index < count; index++) {
        request->listeners[index].address = take_string(cursor);
        request->listeners[index].port = (uint16_t)take_u32(cursor);
    }
    request->listener_count = count;
    return 0;
}

static int take_files(struct cursor *cursor, struct request *request) {
    uint32_t count = take_u32(cursor);
    if (count > cursor->left / 17) return EPROTO;
    request->files = calloc((size_t)count + 1, sizeof *request->files);
    if (request->files == NULL) return ENOMEM;
    for (uint32_t index = 0; index < count; index++) {
        struct file_request *file = &request->files[index];
        file->path = take_string(cursor);
        file->executable = take_u32(cursor) != 0;
        file->size = take_u64(cursor);
        file->contents = take_bytes(cursor, file->size);
        request->file_bytes += file->size;
    }
    request->file_count = count;
    return 0;
}

static int take_container(struct cursor *cursor, struct container_request *container) {
    container->is_container = take_u32(cursor) != 0;
    if (!container->is_container) return 0;
    container->user = take_u32(cursor);
    container->group = take_u32(cursor);
    container->read_only = take_u32(cursor) != 0;
    container->host = take_string(cursor);
    container->folder_count = take_u32(cursor);
    if (container->folder_count > REQUEST_FOLDERS) return E2BIG;
    for (size_t index = 0; index < container->folder_count; index++) {
        container->folders[index].path = take_string(cursor);
        container->folders[index].read_only = take_u32(cursor) != 0;
    }
    return 0;
}

static int parse(struct cursor *cursor, struct request *request) {
    if (take_u32(cursor) != REQUEST_MAGIC || take_u32(cursor) != PROTOCOL_VERSION) return EPROTO;
    int problem = take_trees(cursor, request);
    if (problem != 0) return problem;
    request->program = take_string(cursor);
    request->arguments = take_strings(cursor);
    request->environment = take_strings(cursor);
    request->scratch = take_string(cursor);
    request->home = take_string(cursor);
    problem = take_listeners(cursor, request);
    if (problem != 0) return problem;
    struct limits *limits = &request->limits;
    uint64_t *fields[] = {&limits->wall_ms,    &limits->cpu_ms,    &limits->memory, &limits->processes,
                          &limits->open_files, &limits->file_size, &limits->disk,   &limits->inodes, &limits->spare};
    for (size_t index = 0; index < sizeof fields / sizeof *fields; index++) *fields[index] = take_u64(cursor);
    problem = take_files(cursor, request);
    if (problem != 0) return problem;
    request->collected = take_strings(cursor);
    problem = take_container(cursor, &request->container);
    if (problem != 0) return problem;
    return cursor->bad ? EPROTO : 0;
}

bool is_launch(const struct parcel *parcel) {
    if (parcel->message.values[LAUNCH_SHARED]) return parcel->count >= LAUNCH_DESCRIPTORS;
    size_t own = parcel->count - (parcel->message.values[LAUNCH_KEPT] != 0 && parcel->count > 0);
    return own == LAUNCH_DESCRIPTORS || own == LAUNCH_DESCRIPTORS_VIRTUAL;
}

int request_read(struct request *request, int memory) {
    memset(request, 0, sizeof *request);
    struct stat status;
    if (fstat(memory, &status) != 0) return -1;
    if (status.st_size <= 0) {
        errno = EPROTO;
        return -1;
    }
    request->mapping_size = (size_t)status.st_size;
    request->mapping = mmap(NULL, request->mapping_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, memory, 0);
    if (request->mapping == MAP_FAILED) {
        request->mapping = NULL;
        return -1;
    }
    struct cursor cursor = {.next = request->mapping, .left = request->mapping_size};
    int problem = parse(&cursor, request);
    if (problem == 0) return 0;
    request_release(request);
    errno = problem;
    return -1;
}

void request_release(struct request *request) {
    free(request->arguments);
    free(request->environment);
    free(request->files);
    free(request->collected);
    if (request->mapping != NULL) munmap(request->mapping, request->mapping_size);
    memset(request, 0, sizeof *request);
}
