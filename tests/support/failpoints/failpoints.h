#pragma once
// Inside the preloaded library: what a call passes before it happens, and where it is told what
// became durable.

#include <string>

namespace imprint::failpoints {

/// The kinds of calls that a full or broken disk refuses.
enum class Kind { other, space };

/// Counts the point if the test has armed the library and the file is in its scope, and does what
/// the test wants done there. 0: go on with the call; otherwise the errno that it fails with.
/// `path` may be relative to `folder`, a descriptor or AT_FDCWD.
int pass(const char* call, Kind kind, const char* path, int folder);
/// The same for an open file. Leaves errno as it was.
int pass(const char* call, Kind kind, int fd);
/// The same for a call that is about no file.
int pass(const char* call);

/// The file or folder behind the descriptor is on disk now as it is: IMPRINT_FAILPOINTS_SHADOW, if
/// set, gets a copy of the file's bytes, or the folder's list of names.
void became_durable(int fd);

/// The absolute path of an open file; empty if it has none.
std::string path_of(int fd);

}  // namespace imprint::failpoints
