#pragma once
// Registry hives of Windows, read with libhivex. Every hive comes from an image and is hostile:
// libhivex checks its structure, and what it reads here is bounded.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/fd.h"
#include "guestfs/guest/guest_fs.h"

struct hive_h;

namespace imprint::facts {

class Hive;

/// A key of an open hive; valid as long as the hive. A missing or unreadable key answers like an
/// empty one. Names compare without case.
class RegistryKey {
 public:
  [[nodiscard]] bool exists() const noexcept { return node_ != 0; }
  /// The key of a path below this one: "Services\\viostor".
  [[nodiscard]] RegistryKey at(std::string_view path) const;
  /// The names of the keys right below; at most 20,000.
  [[nodiscard]] std::vector<std::string> names() const;
  /// REG_SZ and REG_EXPAND_SZ.
  [[nodiscard]] std::optional<std::string> text(const std::string& name) const;
  /// REG_DWORD.
  [[nodiscard]] std::optional<std::uint32_t> number(const std::string& name) const;
  /// REG_MULTI_SZ, or REG_SZ as one; empty if it is not there.
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const;

 private:
  friend class Hive;
  RegistryKey(hive_h* hive, std::size_t node) : hive_{hive}, node_{node} {}
  [[nodiscard]] std::size_t value_of_type(const std::string& name, int type, int other) const;

  hive_h* hive_;
  std::size_t node_;  ///< 0: there is no such key
};

/// One hive file. Not thread-safe. Format: the "regf" of Windows NT as libhivex documents it.
class Hive {
 public:
  static constexpr std::uint64_t largest = std::uint64_t{512} << 20U;  ///< bytes

  /// Copies the file into memory and opens it. Errors: not_found; invalid (no file); corrupt (no
  /// hive, or damaged); exhausted (larger than `largest`); unavailable.
  static Result<Hive> open(guest::FollowingFs& fs, const guest::GuestPath& path);

  [[nodiscard]] RegistryKey root() const;
  /// The key of a path from the root.
  [[nodiscard]] RegistryKey at(std::string_view path) const { return root().at(path); }
  /// Changes were written to the transaction log only, as after a power cut.
  [[nodiscard]] bool has_unwritten_changes() const noexcept { return unwritten_; }

 private:
  struct Close {
    void operator()(hive_h* hive) const;
  };
  Hive(Fd file, hive_h* hive, bool unwritten)
      : file_{std::move(file)}, hive_{hive}, unwritten_{unwritten} {}

  Fd file_;
  std::unique_ptr<hive_h, Close> hive_;
  bool unwritten_;
};

}  // namespace imprint::facts
