#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace imprint::report {

/// Any text, made printable and safe inside an HTML element or a quoted attribute. Pure.
std::string escaped(std::string_view text, std::size_t limit = 4000);

/// A number for SVG, with at most two digits after the point and no locale. Pure.
std::string number(double value);

/// "<style>" of every report and its SHA-256 in base64, for the content security policy. Pure.
std::string_view style_sheet();
std::string style_digest();

}  // namespace imprint::report
