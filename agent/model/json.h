#pragma once
// Strict reading of JSON from outside, and how our values become JSON.
// Every record is an object; every field is always written, null where there is nothing.

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/json_fwd.h"

namespace imprint {

/// Parses a text from outside. Errc::invalid for bad syntax, bad UTF-8, duplicate keys, more than
/// 1024 keys in an object or nesting deeper than 64.
Result<Json> parse_json(std::string_view text);

/// The text of a value. Bytes from a guest that are not UTF-8 become U+FFFD, so this never fails.
/// `indent` < 0: one line.
std::string dump_json(const Json& json, int indent = -1);

/// Reads the fields of one JSON object and remembers the first fault; unknown keys are a fault,
/// found by finish(). The path of the field ("data_disks[1].size") is in the message.
class ObjectReader {
 public:
  ObjectReader(const Json& object, std::string where);

  std::string text(std::string_view key);
  std::string text_or(std::string_view key, std::string fallback);
  std::optional<std::string> optional_text(std::string_view key);
  std::int64_t integer(std::string_view key);
  std::int64_t integer_or(std::string_view key, std::int64_t fallback);
  std::optional<std::int64_t> optional_integer(std::string_view key);
  /// A whole number that is not negative: bytes.
  std::uint64_t size(std::string_view key);
  std::uint64_t size_or(std::string_view key, std::uint64_t fallback);
  /// A whole number that an int holds and that is not negative: a count.
  int number(std::string_view key);
  int number_or(std::string_view key, int fallback);
  bool boolean_or(std::string_view key, bool fallback);
  std::vector<std::string> texts_or_empty(std::string_view key);
  /// The member as it is; null if absent. It counts as known.
  const Json& member(std::string_view key);
  /// The member's items; empty if absent or null.
  std::vector<Json> items(std::string_view key);

  /// Records a fault found by the caller in one of the fields.
  void fail(std::string_view key, std::string_view reason);
  [[nodiscard]] const std::string& where() const noexcept { return where_; }

  /// Errc::invalid with the first fault, or with the first key that nobody asked for.
  Result<> finish();

 private:
  const Json* find(std::string_view key);
  std::string path(std::string_view key) const;

  const Json& object_;
  std::string where_;
  std::set<std::string, std::less<>> known_;
  std::optional<Error> fault_;
};

template <class T>
Json to_json_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace imprint
