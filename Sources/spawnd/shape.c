#include "shape.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "privileges.h"
#include "trees.h"

bool shape_equal(const struct request *one, const struct request *other) {
    if (one->tree_count != other->tree_count || one->listener_count != other->listener_count) return false;
    for (size_t index = 0; index < one->tree_count; index++) {
        if (strcmp(one->trees[index], other->trees[index]) != 0) return false;
    }
    for (size_t index = 0; index < one->listener_count; index++) {
        if (strcmp(one->listeners[index].address, other->listeners[index].address) != 0) return false;
        if (one->listeners[index].port != other->listeners[index].port) return false;
    }
    return strcmp(one->scratch, other->scratch) == 0 && strcmp(one->home, other->home) == 0 &&
           one->limits.disk == other->limits.disk && one->limits.inodes == other->limits.inodes;
}

static int send_tree(int channel, const struct tree *tree) {
    struct parcel parcel = {.message = {.kind = MESSAGE_TREE, .code = tree->kind}};
    parcel.message.values[0] = (int64_t)tree->index;
    if (tree->target != NULL) {
        if (strlen(tree->target) >= MESSAGE_TEXT) {
            errno = ENAMETOOLONG;
            return -1;
        }
        message_set_text(&parcel.message, tree->target);
    }
    if (tree->mount >= 0) parcel.descriptors[parcel.count++] = tree->mount;
    return channel_send(channel, &parcel, 0);
}

int shape_send_trees(int channel, const struct request *request, const char **failed) {
    if (!privileges_held()) return 0;
    int result = 0;
    for (size_t index = 0; index < request->tree_count && result == 0; index++) {
        // Init has the same user, and reaches it without help.
        if (access(request->trees[index], R_OK) == 0 || errno == ENOENT) continue;
        *failed = request->trees[index];
        struct tree tree;
        privileges_raise(true);
        result = tree_open(&tree, request->trees[index]);
        privileges_raise(false);
        tree.index = index;
        if (result == 0 && tree.kind != TREE_ABSENT) result = send_tree(channel, &tree);
        int problem = errno;
        tree_close(&tree);
        errno = problem;
    }
    return result;
}
