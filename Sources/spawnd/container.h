// The root of a container: an image that is only read, and a layer over it that can be written.

#ifndef SPAWND_CONTAINER_H
#define SPAWND_CONTAINER_H

#include "channel.h"
#include "request.h"
#include "root.h"
#include "trees.h"

// Takes what belongs to init alone out of the parcel: the mounts of the space's folders. Returns how many.
size_t container_take_folders(struct parcel *parcel, int *folders);

// As root_shape: the first tree is the image, the others are put at their paths in it.
int container_shape(struct root *root, const struct request *request, struct tree_list *trees, const char **failed);

// As root_fill; the folders of the space go to their paths.
int container_fill(const struct request *request, const int *folders, const char **failed);

#endif
