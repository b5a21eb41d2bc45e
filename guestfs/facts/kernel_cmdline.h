#pragma once
// A Linux kernel command line, split into its words as the kernel's next_arg() does.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imprint::facts {

struct CmdlineWord {
  std::string key;
  std::optional<std::string> value;  ///< nothing for a word without '='
};

/// Double quotes keep spaces together and are dropped. Pure; never fails.
std::vector<CmdlineWord> cmdline_words(std::string_view cmdline);

/// Whether a word stands there alone, without '='.
bool cmdline_has(std::string_view cmdline, std::string_view word);

/// The folder of the NixOS system that a command line starts ("/nix/store/...-nixos-system-..."):
/// its init and links to all that it runs with lie there. Nothing for other systems.
std::optional<std::string> nixos_system(const std::string& cmdline);

/// Splits at all white space, line ends too, since a variable of GRUB may hold several lines;
/// within one line of a guest's file split_at_blanks (text_lines.h) is what its readers use.
std::vector<std::string> split_words(std::string_view text);

}  // namespace imprint::facts
