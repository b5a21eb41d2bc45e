#include "guestfs/report/text.h"

#include <algorithm>

#include "guestfs/report/printable.h"

namespace imprint::report {
namespace {

enum class Style { plain, bold, dim, red, yellow, green, cyan };

constexpr std::size_t longest_cell = 40;

std::string_view escape_of(Style style) {
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

Style style_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return Style::green;
    case Verdict::rejected:
      return Style::red;
    case Verdict::undetermined:
      return Style::yellow;
  }
  return Style::plain;
}

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return Style::red;
    case Severity::warning:
      return Style::yellow;
    case Severity::info:
      return Style::cyan;
  }
  return Style::plain;
}

/// Bytes in the unit that people use: "20.0 GiB".
std::string human_size(std::uint64_t bytes) {
  constexpr std::string_view units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(units)) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

/// "2 errors, 1 warning": only what there is.
std::string counts(const ImageReport& image) {
  const auto count = [&](Severity severity) {
    return std::count_if(image.findings.begin(), image.findings.end(),
                         [&](const Finding& finding) { return finding.severity == severity; });
  };
  std::vector<std::string> parts;
  const auto add = [&](std::ptrdiff_t number, std::string_view noun, std::string_view plural) {
    if (number > 0) parts.push_back(fmt::format("{} {}{}", number, noun, number > 1 ? plural : ""));
  };
  add(count(Severity::error), "error", "s");
  add(count(Severity::warning), "warning", "s");
  add(count(Severity::info), "note", "s");
  add(static_cast<std::ptrdiff_t>(image.undetermined.size()), "unanswered question", "s");
  return parts.empty() ? "no findings" : fmt::format("{}", fmt::join(parts, ", "));
}

class ImageText {
 public:
  ImageText(const ImageReport& image, bool colour) : image_{image}, colour_{colour} {}

  std::string render() {
    verdict_line();
    identity();
    disks();
    boot();
    findings();
    undetermined();
    coverage();
    verdict_line();
    return std::move(out_);
  }

 private:
  std::string styled(Style style, std::string_view text) const {
    if (!colour_ || text.empty()) return std::string{text};
    return fmt::format("{}{}{}", escape_of(style), text, escape_of(Style::plain));
  }

  void verdict_line() {
    out_ +=
        fmt::format("{}  {}  ({})\n", styled(style_of(image_.verdict), to_string(image_.verdict)),
                    printable(image_.path, 4096), counts(image_));
  }

  void field(std::string_view name, const std::string& value) {
    if (value.empty()) return;
    out_ += fmt::format("  {} {}\n", styled(Style::dim, fmt::format("{:<9}", name)), value);
  }

  void identity() {
    if (!image_.container.format.empty())
      field("format", fmt::format("{}, {}", printable(image_.container.format),
                                  human_size(image_.container.virtual_size)));
    field("sha256", printable(image_.sha256));
    std::vector<std::string> words;
    const GuestFacts& guest = image_.guest;
    for (const std::string& word : {guest.name.empty() ? guest.id : guest.name, guest.arch,
                                    guest.init, fmt::format("{}", fmt::join(guest.firmware, "+"))})
      if (!word.empty()) words.push_back(printable(word, 80));
    field("system", fmt::format("{}", fmt::join(words, ", ")));
  }

  void disks() {
    std::vector<std::vector<std::string>> rows{{"device", "size", "filesystem", "label", "uuid"}};
    for (const DiskFacts& disk : image_.disks)
      for (const PartitionFacts& part : disk.partitions)
        rows.push_back({printable(part.device, longest_cell), human_size(part.size),
                        part.filesystem.empty() ? "-" : printable(part.filesystem, longest_cell),
                        part.label.empty() ? "-" : printable(part.label, longest_cell),
                        part.uuid.empty() ? "-" : printable(part.uuid, longest_cell)});
    if (rows.size() > 1) table(rows);
  }

  void table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const auto& row : rows)
      for (std::size_t column = 0; column < row.size(); ++column)
        widths[column] = std::max(widths[column], row[column].size());
    out_ += "\n";
    for (const auto& row : rows) {
      std::string line = " ";
      for (std::size_t column = 0; column < row.size(); ++column)
        line += fmt::format(" {:<{}} ", row[column], widths[column]);
      line.erase(line.find_last_not_of(' ') + 1);
      out_ += (&row == &rows.front() ? styled(Style::dim, line) : line) + "\n";
    }
  }

  void boot() {
    if (image_.boot.loader.empty()) return;
    out_ += "\n";
    field("loader", printable(image_.boot.loader));
    if (!image_.boot.default_entry) return;
    const BootEntryFacts& entry = *image_.boot.default_entry;
    field("boots", printable(entry.title));
    field("kernel", printable(entry.kernel));
    for (const std::string& initrd : entry.initrd) field("initrd", printable(initrd));
    field("cmdline", printable(entry.cmdline, 1000));
  }

  void findings() {
    for (const auto severity : {Severity::error, Severity::warning, Severity::info})
      for (const Finding& finding : image_.findings)
        if (finding.severity == severity) tell(finding);
  }

  void tell(const Finding& finding) {
    std::string place = printable(finding.path, 1000);
    if (finding.line) place += fmt::format(":{}", *finding.line);
    out_ += fmt::format(
        "\n{} {}{}\n", styled(style_of(finding.severity), to_string(finding.severity)),
        styled(Style::bold, printable(finding.rule)), place.empty() ? "" : "  " + place);
    if (!finding.text.empty())
      out_ += fmt::format("  {} {}\n", styled(Style::dim, ">"), printable(finding.text));
    out_ += fmt::format("  {}\n", printable(finding.message, 1000));
    field("effect", printable(finding.effect, 1000));
    field("hint", printable(finding.hint, 1000));
  }

  void undetermined() {
    for (const Undetermined& item : image_.undetermined)
      out_ += fmt::format("\n{} {}\n  {}\n", styled(Style::yellow, "undetermined"),
                          styled(Style::bold, printable(item.rule)), printable(item.reason, 1000));
  }

  void coverage() {
    const Coverage& coverage = image_.coverage;
    out_ += fmt::format("\n  {} rules answered, {} not applicable, {} undetermined; {:.1f} s\n",
                        coverage.evaluated, coverage.not_applicable, coverage.undetermined,
                        static_cast<double>(image_.timings_ms.total) / 1000);
  }

  const ImageReport& image_;
  bool colour_;
  std::string out_;
};

}  // namespace

std::string render_text(const Report& report, bool colour) {
  std::string out;
  for (const ImageReport& image : report.images) {
    if (!out.empty()) out += "\n";
    out += ImageText{image, colour}.render();
  }
  out +=
      fmt::format("profile {}, rules {}\n", printable(report.profile), printable(report.ruleset));
  return out;
}

}  // namespace imprint::report
