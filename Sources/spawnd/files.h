// Writes a submission's files into a box.

#ifndef SPAWND_FILES_H
#define SPAWND_FILES_H

#include "request.h"

// Writes every file of the request below `directory`, which is empty of links, with mode 0644 or 0755. A path that is
// absolute or has an empty, `.` or `..` component is refused. Returns 0, or -1 with errno set.
int files_write(const char *directory, const struct request *request);

// Writes the other files, those of the box's root, which must still be writable.
int files_write_root(const struct request *request);

#endif
