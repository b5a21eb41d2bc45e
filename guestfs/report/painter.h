#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "agent/model/report.h"

namespace imprint::report {

/// Text on a terminal, in colour (ECMA-48) or not.
class Painter {
 public:
  enum class Style { plain, bold, dim, red, yellow, green, cyan };

  explicit Painter(bool colour) : colour_{colour} {}

  [[nodiscard]] std::string paint(Style style, std::string_view text) const {
    if (!colour_ || text.empty()) return std::string{text};
    return fmt::format("{}{}{}", escape_of(style), text, escape_of(Style::plain));
  }

  static Style style_of(Verdict verdict) {
    if (verdict == Verdict::accepted) return Style::green;
    return verdict == Verdict::rejected ? Style::red : Style::yellow;
  }
  static Style style_of(Severity severity) {
    if (severity == Severity::error) return Style::red;
    return severity == Severity::warning ? Style::yellow : Style::cyan;
  }

 private:
  static std::string_view escape_of(Style style) {
    switch (style) {
      case Style::plain:
        return "\x1b[0m";
      case Style::bold:
        return "\x1b[1m";
      case Style::dim:
        return "\x1b[2m";
      case Style::red:
        return "\x1b[1;31m";
      case Style::yellow:
        return "\x1b[1;33m";
      case Style::green:
        return "\x1b[1;32m";
      case Style::cyan:
        return "\x1b[36m";
    }
    return "";
  }

  bool colour_;
};

}  // namespace imprint::report
