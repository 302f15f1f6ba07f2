// What a box is like apart from its program and its files: trees, folders, listeners, limits on them.
//
// Submissions to a lab have boxes of one shape, so that once the same shape was asked for twice in a row, the blank box
// that is made ahead gets it, too, and a launch has only the files left to write.

#ifndef SPAWND_SHAPE_H
#define SPAWND_SHAPE_H

#include <stdbool.h>

#include "request.h"

bool shape_equal(const struct request *one, const struct request *other);

// Opens the trees that only root can reach and sends them to init. Nothing to do without privileges.
// Returns 0, or -1 with errno set and `*failed` naming what failed.
int shape_send_trees(int channel, const struct request *request, const char **failed);

#endif
