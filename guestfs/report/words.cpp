#include "guestfs/report/words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include "guestfs/language/say.h"
#include "guestfs/report/boot_chain.h"

namespace imprint::report {
namespace {

/// Type GUIDs of the UEFI and discoverable partitions specifications.
constexpr std::string_view efi_system = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
constexpr std::string_view bios_boot = "21686148-6449-6e6f-744e-656564454649";
constexpr std::string_view prep_boot = "9e1a2d38-c612-4316-aa26-8b49521e5a8b";
constexpr std::string_view linux_swap = "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f";

/// The number of an MBR type, "0x83" or "83"; -1 for anything else.
int mbr_type(std::string_view type) {
  if (type.starts_with("0x")) type.remove_prefix(2);
  int number = -1;
  const auto [end, fault] = std::from_chars(type.data(), type.data() + type.size(), number, 16);
  return fault == std::errc{} && end == type.data() + type.size() ? number : -1;
}

bool is_wide(char32_t code) {
  return (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
         (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
         (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
         (code >= 0xffe0 && code <= 0xffe6) || (code >= 0x1f300 && code <= 0x1f9ff) ||
         (code >= 0x20000 && code <= 0x3fffd);
}

/// The first bits of a character, enough to tell its width.
char32_t code_of(std::string_view character) {
  const auto byte = [&](std::size_t at) {
    return at < character.size() ? static_cast<unsigned char>(character[at]) & 0x3fU : 0U;
  };
  const auto lead = static_cast<unsigned char>(character.front());
  if (lead < 0x80) return lead;
  if (lead < 0xe0) return (lead & 0x1fU) << 6 | byte(1);
  if (lead < 0xf0) return (lead & 0x0fU) << 12 | byte(1) << 6 | byte(2);
  return (lead & 0x07U) << 18 | byte(1) << 12 | byte(2) << 6 | byte(3);
}

std::string sum(std::ptrdiff_t number, Severity severity) {
  switch (severity) {
    case Severity::error:
      return number == 1 ? say("1 error") : say("{} errors", number);
    case Severity::warning:
      return number == 1 ? say("1 warning") : say("{} warnings", number);
    case Severity::info:
      return number == 1 ? say("1 note") : say("{} notes", number);
  }
  return "";
}

}  // namespace

std::string word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return say("accepted");
    case Verdict::rejected:
      return say("rejected");
    case Verdict::undetermined:
      return say("undetermined");
  }
  return "";
}

std::string word_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return say("error");
    case Severity::warning:
      return say("warning");
    case Severity::info:
      return say("note");
  }
  return "";
}

std::string word_of_answer(const std::string& answer) {
  for (const Severity severity : {Severity::error, Severity::warning, Severity::info})
    if (answer == to_string(severity)) return word_of(severity);
  if (answer == "waived") return say("waived");
  if (answer == "clean") return say("clean");
  if (answer == "not_applicable") return say("not applicable");
  if (answer == "undetermined") return say("undetermined");
  return say("off");
}

std::string human_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 7> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const bool continues = (static_cast<unsigned char>(utf8[i]) & 0xc0U) == 0x80U;
    if (!continues) width += is_wide(code_of(utf8.substr(i, 4))) ? 2 : 1;
  }
  return width;
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t used = display_width(text);
  return used < width ? text + std::string(width - used, ' ') : text;
}

std::ptrdiff_t count_of(const ImageReport& image, Severity severity) {
  return std::ranges::count_if(image.findings, [&](const Finding& finding) {
    return finding.severity == severity && !finding.waived;
  });
}

std::ptrdiff_t count_of_waived(const ImageReport& image) {
  return std::ranges::count_if(image.findings,
                               [](const Finding& finding) { return finding.waived.has_value(); });
}

std::string waiver_of(const Finding& finding) {
  if (!finding.waived) return "";
  return say("waived until {}: {}", finding.waived->expires, finding.waived->reason);
}

std::string counts(const ImageReport& image) {
  std::vector<std::string> parts;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::info})
    if (const auto number = count_of(image, severity); number > 0)
      parts.push_back(sum(number, severity));
  if (const auto number = count_of_waived(image); number > 0)
    parts.push_back(say("{} waived", number));
  if (const auto number = image.undetermined.size(); number > 0)
    parts.push_back(number == 1 ? say("1 unanswered question")
                                : say("{} unanswered questions", number));
  return parts.empty() ? say("no findings") : fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<const Finding*> in_reading_order(const ImageReport& image) {
  std::vector<const Finding*> order;
  for (const Finding& finding : image.findings) order.push_back(&finding);
  const auto rank = [](const Finding* finding) {
    return std::tuple{finding->waived.has_value(), finding->severity,
                      rejects(*finding) ? link_of(finding->rule) : Link{}};
  };
  std::ranges::stable_sort(order, {}, rank);
  return order;
}

const Finding* main_reason_or_null(const ImageReport& image) {
  const auto order = in_reading_order(image);
  return !order.empty() && rejects(*order.front()) ? order.front() : nullptr;
}

std::string reason_of(const ImageReport& image) {
  if (const Finding* finding = main_reason_or_null(image)) return finding->message;
  if (!image.undetermined.empty()) return image.undetermined.front().reason;
  if (image.verdict != Verdict::accepted) return say("it could not be judged");
  if (count_of_waived(image) > 0)
    return say("nothing rejects it, but some of what was found is only waived");
  return count_of(image, Severity::warning) > 0
             ? say("nothing keeps it from booting, but read the warnings")
             : say("nothing was found that keeps it from booting");
}

std::string place_of(const Finding& finding) {
  if (finding.path.empty() || !finding.line) return finding.path;
  return fmt::format("{}:{}", finding.path, *finding.line);
}

Purpose purpose_of(const PartitionFacts& partition) {
  const int mbr = mbr_type(partition.type);
  if (partition.type == efi_system || mbr == 0xef) return Purpose::efi_system;
  if (partition.type == bios_boot) return Purpose::bios_boot;
  if (partition.type == prep_boot || mbr == 0x41) return Purpose::prep_boot;
  if (partition.filesystem == "swap" || partition.type == linux_swap || mbr == 0x82)
    return Purpose::swap;
  if (partition.filesystem == "LVM2_member" || mbr == 0x8e) return Purpose::lvm;
  if (partition.filesystem == "linux_raid_member" || mbr == 0xfd) return Purpose::raid;
  if (partition.filesystem == "crypto_LUKS") return Purpose::encrypted;
  const bool is_extended = mbr == 0x05 || mbr == 0x0f || mbr == 0x85;
  return is_extended ? Purpose::extended : Purpose::files;
}

std::string word_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::files:
      return "";
    case Purpose::efi_system:
      return say("EFI system");
    case Purpose::bios_boot:
      return say("BIOS boot");
    case Purpose::prep_boot:
      return say("PReP boot");
    case Purpose::swap:
      return say("swap");
    case Purpose::lvm:
      return "LVM";
    case Purpose::raid:
      return "RAID";
    case Purpose::encrypted:
      return say("encrypted");
    case Purpose::extended:
      return say("extended");
  }
  return "";
}

}  // namespace imprint::report
