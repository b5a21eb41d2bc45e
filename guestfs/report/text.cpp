#include "guestfs/report/text.h"

#include <algorithm>

#include "agent/base/printable.h"
#include "guestfs/language/say.h"
#include "guestfs/report/boot_chain.h"
#include "guestfs/report/painter.h"
#include "guestfs/report/text_finding.h"
#include "guestfs/report/words.h"

namespace imprint::report {
namespace {

using Style = Painter::Style;
using Row = std::vector<std::string>;

constexpr std::size_t longest_cell = 40;
constexpr std::size_t longest_path = 4096;
constexpr std::size_t longest_sentence = 1000;

std::string cell(const std::string& text) {
  return text.empty() ? "-" : printable(text, longest_cell);
}

class ImageText {
 public:
  ImageText(const ImageReport& image, bool colour) : image_{image}, painter_{colour} {}

  std::string render() {
    verdict_line();
    if (image_.verdict != Verdict::accepted)
      out_ += fmt::format("  {}\n", printable(reason_of(image_), longest_sentence));
    verdicts();
    identity();
    disks();
    boot();
    findings();
    undetermined();
    profiles();
    coverage();
    verdict_line();
    return std::move(out_);
  }

 private:
  void verdict_line() {
    out_ += fmt::format("{}  {}  ({})\n",
                        painter_.paint(Painter::style_of(image_.verdict), word_of(image_.verdict)),
                        printable(image_.path, longest_path), counts(image_));
  }

  void field(const std::string& name, const std::string& value) {
    if (value.empty()) return;
    out_ += fmt::format("  {} {}\n", painter_.paint(Style::dim, padded(name, 9)), value);
  }

  void identity() {
    if (!image_.container.format.empty())
      field(say("format"), fmt::format("{}, {}", printable(image_.container.format),
                                       human_size(image_.container.virtual_size)));
    field("sha256", printable(image_.sha256));
    std::vector<std::string> words;
    const GuestFacts& guest = image_.guest;
    for (const std::string& word : {guest.name.empty() ? guest.id : guest.name, guest.arch,
                                    guest.init, fmt::format("{}", fmt::join(guest.firmware, "+"))})
      if (!word.empty()) words.push_back(printable(word, 80));
    field(say("system"), fmt::format("{}", fmt::join(words, ", ")));
  }

  void disks() {
    std::vector<Row> rows{
        {say("device"), say("size"), say("file system"), say("for"), say("label"), "uuid"}};
    for (const DiskFacts& disk : image_.disks)
      for (const PartitionFacts& part : disk.partitions)
        rows.push_back({cell(part.device), human_size(part.size), cell(part.filesystem),
                        cell(part.mount.empty() ? word_of(purpose_of(part)) : part.mount),
                        cell(part.label), cell(part.uuid)});
    if (rows.size() > 1) table(rows);
  }

  void table(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const Row& row : rows)
      for (std::size_t column = 0; column < row.size(); ++column)
        widths[column] = std::max(widths[column], display_width(row[column]));
    out_ += "\n";
    for (const Row& row : rows) {
      std::string line = " ";
      for (std::size_t column = 0; column < row.size(); ++column)
        line += " " + padded(row[column], widths[column]) + " ";
      line.erase(line.find_last_not_of(' ') + 1);
      out_ += (&row == &rows.front() ? painter_.paint(Style::dim, line) : line) + "\n";
    }
  }

  void boot() {
    if (image_.boot.loader.empty()) return;
    out_ += "\n";
    chain();
    if (!image_.boot.default_entry) return;
    const BootEntryFacts& entry = *image_.boot.default_entry;
    field(say("boots"), printable(entry.title));
    field("kernel", printable(entry.kernel));
    for (const std::string& initrd : entry.initrd) field("initrd", printable(initrd));
    field("cmdline", printable(entry.cmdline, longest_sentence));
    if (image_.boot.root && !image_.boot.root->device.empty())
      field("root", fmt::format("{} = {}", printable(image_.boot.root->spec),
                                printable(image_.boot.root->device)));
  }

  /// "firmware > boot loader > KERNEL (broken) > ...".
  void chain() {
    std::vector<std::string> links;
    for (const ChainLink& link : boot_chain(image_)) {
      if (link.state == LinkState::broken)
        links.push_back(painter_.paint(Style::red, say("{} (broken)", link.name)));
      else if (link.state == LinkState::unknown)
        links.push_back(painter_.paint(Style::dim, say("{} (unknown)", link.name)));
      else
        links.push_back(link.name);
    }
    field(say("chain"), fmt::format("{}", fmt::join(links, " > ")));
    field(say("loader"), printable(image_.boot.loader));
    for (const std::string& config : image_.boot.configs) field(say("config"), printable(config));
  }

  void findings() {
    const auto differences = differences_of(image_.profiles);
    for (const Finding* finding : in_reading_order(image_)) {
      const auto difference = std::ranges::find(differences, finding->rule, &Difference::rule);
      out_ += "\n" + finding_text(*finding, painter_,
                                  difference == differences.end() ? "" : opinions(*difference));
    }
  }

  /// "generic note, ecs warning, jdcloud error".
  std::string opinions(const Difference& difference) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < image_.profiles.size(); ++i)
      words.push_back(image_.profiles[i].profile + " " + word_of_answer(difference.answers[i]));
    return fmt::format("{}", fmt::join(words, ", "));
  }

  void verdicts() {
    std::vector<std::string> words;
    for (const ProfileReport& profile : image_.profiles)
      words.push_back(printable(profile.profile, longest_cell) + " " + word_of(profile.verdict));
    field(say("profiles"), fmt::format("{}", fmt::join(words, ", ")));
  }

  void undetermined() {
    for (const Undetermined& item : image_.undetermined)
      out_ += fmt::format("\n{} {}\n  {}\n", painter_.paint(Style::yellow, say("undetermined")),
                          painter_.paint(Style::bold, printable(item.rule)),
                          printable(item.reason, longest_sentence));
  }

  /// The verdict of each profile, and the rules of which they think differently.
  void profiles() {
    if (image_.profiles.empty()) return;
    std::vector<Row> rows{{say("where the profiles differ")}, {say("verdict")}};
    for (const ProfileReport& profile : image_.profiles) {
      rows[0].push_back(printable(profile.profile, longest_cell));
      rows[1].push_back(word_of(profile.verdict));
    }
    for (const Difference& difference : differences_of(image_.profiles)) {
      Row& row = rows.emplace_back(Row{printable(difference.rule)});
      for (const std::string& answer : difference.answers) row.push_back(word_of_answer(answer));
    }
    table(rows);
  }

  void coverage() {
    const Coverage& coverage = image_.coverage;
    out_ += "\n  " +
            say("{} rules answered, {} not applicable, {} undetermined; {:.1f} s",
                coverage.evaluated, coverage.not_applicable, coverage.undetermined,
                static_cast<double>(image_.timings_ms.total) / 1000) +
            "\n";
  }

  const ImageReport& image_;
  Painter painter_;
  std::string out_;
};

/// How many images there are of each verdict, where there are several.
std::string total_of(const Report& report) {
  if (report.images.size() < 2) return "";
  std::vector<std::string> parts;
  for (const Verdict verdict : {Verdict::accepted, Verdict::rejected, Verdict::undetermined})
    if (const auto count = std::ranges::count(report.images, verdict, &ImageReport::verdict))
      parts.push_back(fmt::format("{} {}", count, word_of(verdict)));
  return "\n" + say("{} images: {}", report.images.size(), fmt::join(parts, ", ")) + "\n";
}

}  // namespace

std::string render_text(const Report& report, bool colour) {
  std::string out;
  for (const ImageReport& image : report.images) {
    if (!out.empty()) out += "\n";
    out += ImageText{image, colour}.render();
  }
  return out + total_of(report) +
         say("profile {}, rules {}", printable(report.profile), printable(report.ruleset)) + "\n";
}

}  // namespace imprint::report
