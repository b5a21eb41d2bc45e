#pragma once

#include <cstdint>
#include <filesystem>

namespace imprint::inspect {

/// How the worker ends when it was asked to unpack; the reason is on standard error.
enum class UnpackStatus { done = 0, failed = 1, exhausted = 2, corrupt = 3 };

/// Unpacks `source` into `target`, both of which the sandbox must allow, with no more than
/// `data_limit` bytes written. The worker's exit status. Drop root's powers first.
UnpackStatus run_unpack(const std::filesystem::path& source, const std::filesystem::path& target,
                        std::uint64_t data_limit);

}  // namespace imprint::inspect
