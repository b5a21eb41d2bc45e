#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/base/result.h"

namespace imprint::store {

/// The SHA-256 of a file that is being written in order, computed on a thread of its own from what
/// the file holds: the bytes that count are those that can be read back, however they came there,
/// and copying and hashing take two processors instead of one. What was just written is still in
/// memory, so nothing is read from the disk twice. Not thread-safe but for its own thread.
class TrailingDigest {
 public:
  /// `file` is open for reading and outlives this object.
  explicit TrailingDigest(int file);
  /// Without finish(): ends the thread soon.
  ~TrailingDigest();
  TrailingDigest(const TrailingDigest&) = delete;
  TrailingDigest& operator=(const TrailingDigest&) = delete;

  /// The next `count` bytes of the file are there now.
  void add_data(std::uint64_t count);
  /// The next `count` bytes are zeros that nobody needs to read.
  void add_hole(std::uint64_t count);

  /// Waits for the end: 64 lower-case hexadecimal digits. Call once, last. Errors of reading;
  /// Errc::corrupt: the file is shorter than was said; cancelled: as soon as `cancelled`, which is
  /// asked ten times a second and may be empty, says so.
  Result<std::string> finish(const std::function<bool()>& cancelled);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace imprint::store
