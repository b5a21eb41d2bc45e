#include "guestfs/facts/grub_legacy.h"

#include <algorithm>
#include <array>

namespace imprint::facts {
namespace {

constexpr std::size_t most_lines = 20'000;

constexpr std::array<std::string_view, 69> commands{
    "background", "blocklist",    "boot",        "bootp",      "cat",           "chainloader",
    "clear",      "cmp",          "color",       "configfile", "debug",         "default",
    "device",     "dhcp",         "displayapm",  "displaymem", "dump",          "embed",
    "fallback",   "find",         "findroot",    "foreground", "fstest",        "geometry",
    "gfxmenu",    "halt",         "help",        "hiddenmenu", "hide",          "ifconfig",
    "impsprobe",  "initrd",       "install",     "ioprobe",    "kernel",        "lock",
    "makeactive", "map",          "md5crypt",    "module",     "modulenounzip", "outline",
    "pager",      "partnew",      "parttype",    "password",   "pause",         "print",
    "pxe",        "quiet",        "quit",        "rarp",       "read",          "reboot",
    "root",       "rootnoverify", "savedefault", "serial",     "setkey",        "setup",
    "shade",      "splashimage",  "terminal",    "testload",   "testvbe",       "tftpserver",
    "timeout",    "unhide",       "uuid"};

bool is_known(std::string_view command) {
  return std::find(commands.begin(), commands.end(), command) != commands.end() ||
         command == "verbose" || command == "uppermem" || command == "viewport" ||
         command == "vbeprobe" || command == "terminfo";
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/// One line with those that a backslash joins to it; `number` counts the physical lines.
std::string take_line(std::string_view& rest, int& number) {
  std::string line;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    ++number;
    const bool joined = part.ends_with('\\');
    if (joined) part.remove_suffix(1);
    line += part;
    if (!joined) break;
  }
  return line;
}

GrubLegacyLine parse_line(std::string_view text, Place place) {
  GrubLegacyLine line;
  std::size_t end = 0;
  while (end < text.size() && !is_blank(text[end]) && text[end] != '=') ++end;
  line.command = std::string{text.substr(0, end)};
  while (end < text.size() && (is_blank(text[end]) || text[end] == '=')) ++end;
  line.argument = std::string{text.substr(end)};
  while (!line.argument.empty() && is_blank(line.argument.back())) line.argument.pop_back();
  line.place = std::move(place);
  line.known = is_known(line.command);
  return line;
}

}  // namespace

const GrubLegacyLine* GrubLegacyMenu::setting(std::string_view command) const {
  const auto found =
      std::find_if(settings.rbegin(), settings.rend(),
                   [&](const GrubLegacyLine& line) { return line.command == command; });
  return found == settings.rend() ? nullptr : &*found;
}

GrubLegacyMenu parse_grub_legacy(std::string_view text, const std::string& path) {
  GrubLegacyMenu menu;
  int number = 0;
  for (std::size_t count = 0; !text.empty() && count < most_lines; ++count) {
    const int first = number + 1;
    std::string whole = take_line(text, number);
    const std::size_t begin = whole.find_first_not_of(" \t\r");
    if (begin == std::string::npos || whole[begin] == '#') continue;
    const std::string_view content = std::string_view{whole}.substr(begin);
    GrubLegacyLine line = parse_line(content, {path, first, std::string{content.substr(0, 1024)}});
    while (line.place.text.ends_with('\r')) line.place.text.pop_back();
    if (line.command == "title")
      menu.entries.push_back({line.argument, line.place, {}});
    else if (menu.entries.empty())
      menu.settings.push_back(std::move(line));
    else
      menu.entries.back().lines.push_back(std::move(line));
  }
  return menu;
}

}  // namespace imprint::facts
