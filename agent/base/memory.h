#pragma once

namespace imprint {

/// For a process with many threads that mostly wait: they share few of the allocator's arenas, each
/// of which keeps what was freed in it. Call before the first thread starts.
void share_arenas();

/// Gives back to the kernel what the allocator holds of freed memory. Takes milliseconds.
void return_free_memory();

}  // namespace imprint
