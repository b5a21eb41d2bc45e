#pragma once
// What a serial console tells of a boot. Pure; the text comes from a guest and may be anything.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/pattern.h"

namespace imprint::workflows {

/// How much of a console is read.
inline constexpr std::size_t console_window = std::size_t{64} << 10;  // bytes

/// What is wrong, if the console shows that this boot has failed: a panic, nothing to boot, a boot
/// loader's or initramfs' rescue prompt, emergency mode, or a machine that resets again and again.
std::optional<std::string> find_boot_fault(std::string_view console);

/// Whether a line after the last fault matches.
bool shows(std::string_view console, const Pattern& pattern);

/// The last `lines` lines that are not blank, joined by " | ", with control characters as \xNN: fit
/// for an error.
std::string printable_tail(std::string_view console, std::size_t lines);

}  // namespace imprint::workflows
