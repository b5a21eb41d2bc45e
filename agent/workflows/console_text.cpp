#include "agent/workflows/console_text.h"

#include <algorithm>
#include <array>
#include <vector>

#include "agent/base/printable.h"

namespace imprint::workflows {
namespace {

constexpr std::size_t line_limit = 1024;  // bytes of a line that are looked at
constexpr std::size_t lines_limit = 2000;
constexpr std::size_t shown_of_line = 160;
constexpr std::size_t boots_of_a_loop = 4;

struct Fault {
  std::string_view sign;
  std::string_view meaning;
};

constexpr std::array faults{
    Fault{"Kernel panic", "the kernel panicked"},
    Fault{"No bootable device", "the firmware found no bootable device"},
    Fault{"No bootable option or device", "the firmware found no bootable device"},
    Fault{"Boot failed: not a bootable disk", "the system disk is not bootable"},
    Fault{"grub rescue>", "GRUB stopped at its rescue prompt"},
    Fault{"Minimal BASH-like line editing", "GRUB stopped at its prompt"},
    Fault{"You are in emergency mode", "the guest went into emergency mode"},
    Fault{"Entering emergency mode", "the guest went into emergency mode"},
    Fault{"Give root password for maintenance", "the guest went into emergency mode"},
    Fault{"(initramfs)", "the initramfs found no root file system"},
    Fault{"dracut:/#", "the initramfs found no root file system"},
};
// Printed by programs of a healthy guest too, so only at the start of a line.
constexpr std::string_view grub_error = "error: no such ";
constexpr std::array<std::string_view, 2> boot_banners{"Linux version ", "SeaBIOS (version "};

/// The last lines, each cut to what is looked at.
std::vector<std::string_view> lines_of(std::string_view console) {
  std::vector<std::string_view> lines;
  while (!console.empty() && lines.size() < lines_limit) {
    const auto end = console.find_last_of("\r\n");
    const auto line = end == std::string_view::npos ? console : console.substr(end + 1);
    if (!line.empty()) lines.push_back(line.substr(0, line_limit));
    console = end == std::string_view::npos ? std::string_view{} : console.substr(0, end);
  }
  std::ranges::reverse(lines);
  return lines;
}

std::optional<std::string_view> fault_of(std::string_view line) {
  for (const Fault& fault : faults)
    if (line.find(fault.sign) != std::string_view::npos) return fault.meaning;
  if (line.starts_with(grub_error)) return "GRUB did not find what it was to boot";
  return std::nullopt;
}

bool resets_again_and_again(const std::vector<std::string_view>& lines) {
  return std::ranges::any_of(boot_banners, [&](std::string_view banner) {
    const auto boots = std::ranges::count_if(
        lines, [&](std::string_view line) { return line.find(banner) != std::string_view::npos; });
    return static_cast<std::size_t>(boots) >= boots_of_a_loop;
  });
}

}  // namespace

std::optional<std::string> find_boot_fault(std::string_view console) {
  const auto lines = lines_of(console);
  for (const std::string_view line : lines)
    if (const auto fault = fault_of(line)) return std::string{*fault};
  if (resets_again_and_again(lines)) return "the machine resets again and again";
  return std::nullopt;
}

bool shows(std::string_view console, const Pattern& pattern) {
  const auto lines = lines_of(console);
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (fault_of(*line)) return false;
    if (pattern.found_in(*line)) return true;
  }
  return false;
}

std::string printable_tail(std::string_view console, std::size_t lines) {
  auto all = lines_of(console);
  std::erase_if(all, [](std::string_view line) {
    return line.find_first_not_of(" \t") == std::string_view::npos;
  });
  if (all.size() > lines) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(lines));
  std::string text;
  for (const std::string_view line : all)
    text += (text.empty() ? "" : " | ") + printable(line, shown_of_line);
  return text;
}

}  // namespace imprint::workflows
