#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.h"

struct pcre2_real_code_8;

namespace imprint {

/// A regular expression that hostile text cannot make slow: PCRE2 with a bound on its work.
/// std::regex has none, and both the pattern and the console come from outside.
class Pattern {
 public:
  /// Errc::invalid, with the reason and its place.
  static Result<Pattern> compile(const std::string& text);

  /// Whether it matches anywhere in the line. A match that would need too much work is none.
  /// Thread-safe.
  [[nodiscard]] bool found_in(std::string_view line) const;

 private:
  struct Free {
    void operator()(pcre2_real_code_8* code) const noexcept;
  };
  explicit Pattern(pcre2_real_code_8* code) : code_{code} {}
  std::unique_ptr<pcre2_real_code_8, Free> code_;
};

}  // namespace imprint
