#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace imprint::guest {

/// An absolute path inside a guest, lexically canonical: starts with '/', no empty, '.' or '..'
/// component, no trailing
/// '/' (but the root itself), no NUL, at most 4096 bytes. It says nothing of links: see GuestFs.
class GuestPath {
 public:
  /// ".." above the root stays at the root, as in chroot. Errc::invalid for a relative path, NUL or
  /// too much length.
  static Result<GuestPath> parse(std::string_view text);
  /// The root.
  GuestPath() : text_{"/"} {}

  /// This path with one more component, or with several of a relative path; ".." is applied
  /// lexically.
  [[nodiscard]] GuestPath operator/(std::string_view relative) const;
  [[nodiscard]] GuestPath parent() const;
  /// The last component; empty for the root. A view into this path, as those of components().
  [[nodiscard]] std::string_view name() const&;
  std::string_view name() && = delete;
  [[nodiscard]] std::vector<std::string_view> components() const&;
  std::vector<std::string_view> components() && = delete;
  [[nodiscard]] bool is_below(const GuestPath& folder) const;  ///< also true for the folder itself
  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  auto operator<=>(const GuestPath&) const = default;

 private:
  explicit GuestPath(std::string text) : text_{std::move(text)} {}
  std::string text_;
};

}  // namespace imprint::guest
