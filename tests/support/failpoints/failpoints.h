#pragma once
// Inside the preloaded library: what a call passes before it happens, and where it is told what
// became durable.

#include <string>

namespace imprint::failpoints {

/// The kinds of calls: those that a full or broken disk refuses, and those for which a host may
/// have no room.
enum class Kind { other, space, start };

/// Counts the point if the test has armed the library and the file is in its scope, and does what
/// the test wants done there. 0: go on with the call; otherwise the errno that it fails with.
/// `path` may be relative to `folder`, a descriptor or AT_FDCWD.
int pass(const char* call, Kind kind, const char* path, int folder);
/// The same for an open file. Leaves errno as it was.
int pass(const char* call, Kind kind, int fd);
/// The same for a call that is about no file.
int pass(const char* call, Kind kind = Kind::other);
/// What a thread cannot be started for; 0: it can. Threads are no points, for how many there are
/// depends on time.
int refusal_of_threads();

/// The file or folder behind the descriptor is on disk now as it is: IMPRINT_FAILPOINTS_SHADOW, if
/// set, gets a copy of the file's bytes, or the folder's list of names.
void became_durable(int fd);

/// The absolute path of an open file; empty if it has none.
std::string path_of(int fd);

}  // namespace imprint::failpoints
