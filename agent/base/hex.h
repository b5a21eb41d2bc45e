#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace imprint {

/// Two lower-case hexadecimal digits for each byte. Pure.
std::string to_hex(std::string_view bytes);

/// The bytes that two digits each stand for, in either case. Errc::invalid: something else stands
/// there, or the digits are odd in number; the message does not repeat them. Pure.
Result<std::string> parse_hex(std::string_view digits);

}  // namespace imprint
