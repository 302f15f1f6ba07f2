#include "bare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

static const char *const names[] = {"work", "home", "tmp", "submission"};
enum { NAMES = sizeof names / sizeof *names, DEEPEST = 100 };

int bare_name(char base[BARE_BASE]) {
    uint64_t number;
    if (getrandom(&number, sizeof number, 0) != sizeof number) return -1;
    snprintf(base, BARE_BASE, "/tmp/skylab-%016llx", (unsigned long long)number);
    return 0;
}

void bare_folders(struct bare_folders *folders, const char *base) {
    for (int index = 0; index < BARE_WRITABLE; index++) {
        snprintf(folders->writable[index], sizeof folders->writable[index], "%s/%s", base, names[index]);
    }
    snprintf(folders->submission, sizeof folders->submission, "%s/submission", base);
}

int bare_furnish(const char *base, const struct request *request, const char **failed) {
    *failed = "a folder below /tmp";
    if (mkdir(base, 0700) != 0) return -1;
    struct bare_folders folders;
    bare_folders(&folders, base);
    for (int index = 0; index < BARE_WRITABLE; index++) {
        if (mkdir(folders.writable[index], 0700) != 0) return -1;
    }
    if (mkdir(folders.submission, 0700) != 0) return -1;
    *failed = "/submission";
    if (files_write(folders.submission, request) != 0) return -1;
    *failed = request->scratch;
    return files_write(folders.writable[0], request);
}

// A folder as the request names it, and the part of `base` that stands for it.
struct place {
    const char *path, *name;
};

// Whether a part begins with the path, as a whole.
static bool is_at(const char *part, const char *path) {
    size_t size = strlen(path);
    return strncmp(part, path, size) == 0 && strchr("/:=", part[size]) != NULL;
}

// Whether a part is in a tree of the host, which keeps its name: a client may be installed below /work or /tmp.
static bool is_shown(const char *part, const struct request *request) {
    for (size_t index = 0; index < request->tree_count; index++) {
        if (is_at(part, request->trees[index])) return true;
    }
    return false;
}

// Writes `text` with every place at the beginning of a part replaced; parts are divided by ':' and '='.
static char *rewrite(const char *text, const struct request *request, const struct place *places, size_t count,
                     const char *base) {
    size_t length = strlen(text), parts = 1;
    for (const char *byte = text; *byte != '\0'; byte++) parts += *byte == ':' || *byte == '=';
    char *result = malloc(length + parts * (strlen(base) + 16) + 1);
    if (result == NULL) return NULL;
    char *end = result;
    bool at_start = true;
    while (*text != '\0') {
        for (size_t index = 0; at_start && index < count && !is_shown(text, request); index++) {
            if (!is_at(text, places[index].path)) continue;
            end += sprintf(end, "%s/%s", base, places[index].name);
            text += strlen(places[index].path);
            at_start = false;
        }
        if (*text == '\0') break;
        at_start = *text == ':' || *text == '=';
        *end++ = *text++;
    }
    *end = '\0';
    return result;
}

int bare_relocate(struct request *request, const char *base) {
    const struct place places[] = {
        {request->scratch, "work"}, {request->home, "home"}, {"/tmp", "tmp"}, {"/submission", "submission"}};
    enum { PLACES = sizeof places / sizeof *places };
    char **lists[] = {request->arguments, request->environment};
    for (size_t list = 0; list < sizeof lists / sizeof *lists; list++) {
        for (char **text = lists[list]; *text != NULL; text++) {
            if ((*text = rewrite(*text, request, places, PLACES, base)) == NULL) return -1;
        }
    }
    const char **paths[] = {&request->program, &request->scratch, &request->home};
    for (size_t index = 0; index < sizeof paths / sizeof *paths; index++) {
        if ((*paths[index] = rewrite(*paths[index], request, places, PLACES, base)) == NULL) return -1;
    }
    return 0;
}

// Opens a folder of the program's, which may have taken its rights away.
static int open_folder(int parent, const char *name) {
    (void)fchmodat(parent, name, 0700, 0);
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static void measure(int parent, const char *name, const struct limits *limits, struct bare_usage *usage, int depth) {
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *entries = folder < 0 ? NULL : fdopendir(folder);
    if (entries == NULL) {
        if (folder >= 0) close(folder);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(entries)) != NULL && usage->bytes <= limits->disk && usage->inodes <= limits->inodes) {
        struct stat status;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
        usage->inodes++;
        usage->bytes += (uint64_t)status.st_blocks * 512;
        if (!S_ISDIR(status.st_mode)) continue;
        // Nobody needs folders this deep, except to hide something from the limit.
        if (depth == DEEPEST) usage->inodes = limits->inodes + 1;
        else measure(folder, entry->d_name, limits, usage, depth + 1);
    }
    closedir(entries);
}

void bare_measure(const char *base, const struct limits *limits, struct bare_usage *usage) {
    *usage = (struct bare_usage){0, 0};
    struct bare_folders folders;
    bare_folders(&folders, base);
    for (int index = 0; index < BARE_WRITABLE; index++) measure(AT_FDCWD, folders.writable[index], limits, usage, 0);
}

// Empties a folder. Folders in it are moved up to `top` first, so that no depth is too deep.
static void empty(int top, int folder, unsigned *moved) {
    int listing = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = listing < 0 ? NULL : fdopendir(listing);
    if (entries == NULL) {
        if (listing >= 0) close(listing);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (unlinkat(folder, entry->d_name, 0) == 0 || (errno != EISDIR && errno != EPERM)) continue;
        if (unlinkat(folder, entry->d_name, AT_REMOVEDIR) == 0) continue;
        char name[24];
        snprintf(name, sizeof name, ".%u", ++*moved);
        // To move a folder is to write its "..".
        (void)fchmodat(folder, entry->d_name, 0700, 0);
        (void)renameat(folder, entry->d_name, top, name);
    }
    closedir(entries);
}

void bare_remove(const char *base) {
    int top = open_folder(AT_FDCWD, base);
    if (top < 0) return;
    unsigned moved = 0;
    for (int index = 0; index < NAMES; index++) {
        int folder = open_folder(top, names[index]);
        if (folder < 0) continue;
        empty(top, folder, &moved);
        close(folder);
        (void)unlinkat(top, names[index], AT_REMOVEDIR);
    }
    for (unsigned done = 1; done <= moved; done++) {
        char name[24];
        snprintf(name, sizeof name, ".%u", done);
        int folder = open_folder(top, name);
        if (folder < 0) continue;
        empty(top, folder, &moved);
        close(folder);
        (void)unlinkat(top, name, AT_REMOVEDIR);
    }
    close(top);
    (void)rmdir(base);
}
