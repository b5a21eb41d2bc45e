#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace imprint {

/// A name that is safe in paths, URLs and XML by construction: a kind's prefix, '-', 12 lower-case
/// hexadecimal digits
/// ("i-3f2a9c04b1d7"). A value of this type is always well-formed.
template <class Tag>
class Id {
 public:
  /// Errc::invalid, naming the text, unless it is PREFIX-xxxxxxxxxxxx.
  static Result<Id> parse(std::string_view text);
  /// A new random one, from the kernel's generator.
  static Id generate();

  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  auto operator<=>(const Id&) const = default;

 private:
  explicit Id(std::string text) : text_{std::move(text)} {}
  std::string text_;
};

struct InstanceTag {
  static constexpr std::string_view prefix = "i";
  static constexpr std::string_view noun = "instance";
};
struct ImageTag {
  static constexpr std::string_view prefix = "img";
  static constexpr std::string_view noun = "image";
};
struct JobTag {
  static constexpr std::string_view prefix = "job";
  static constexpr std::string_view noun = "job";
};

using InstanceId = Id<InstanceTag>;
using ImageId = Id<ImageTag>;
using JobId = Id<JobTag>;

/// The SHA-256 of an image's bytes: 64 lower-case hexadecimal digits, always.
class Sha256 {
 public:
  /// Accepts upper case and an optional "sha256:" prefix. Errc::invalid, naming the text.
  static Result<Sha256> parse(std::string_view text);
  [[nodiscard]] const std::string& hex() const noexcept { return hex_; }
  auto operator<=>(const Sha256&) const = default;

 private:
  explicit Sha256(std::string hex) : hex_{std::move(hex)} {}
  std::string hex_;
};

/// A machine's UUID as libvirt knows it, derived from the instance id (RFC 4122 version 5 in a
/// namespace of ours), so that a repeated create can never make a second machine.
std::string machine_uuid(const InstanceId& instance);

/// A new random UUID (version 4), for cloud-init's instance-id.
std::string random_uuid();

/// Names that users give to images and instances: 1 to 63 of a-z A-Z 0-9 . _ -, starting with a
/// letter or digit.
Result<std::string> parse_name(std::string_view text, std::string_view noun);

}  // namespace imprint
