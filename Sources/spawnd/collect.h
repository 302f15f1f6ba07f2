// Takes files out of a box whose processes are all dead.

#ifndef SPAWND_COLLECT_H
#define SPAWND_COLLECT_H

#include "request.h"

// The files that the request names, below the folder `scratch`, as a memfd: for each a u32 errno value and, after a 0, a
// u64 size and the bytes. -1 where there is none, or nothing was asked for.
//
// Nothing on the way to a file may be a link or another mount, and it must be a regular file with one name: EINVAL
// stands for any other kind, EMLINK for further names, EFBIG for one that is beyond the limit on files, ENOSPC for what
// is beyond COLLECT_BYTES in all.
int collect_files(const char *scratch, const struct request *request);

#define COLLECT_BYTES (UINT64_C(16) << 20)

#endif
