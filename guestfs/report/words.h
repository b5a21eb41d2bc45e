#pragma once
// What every form of a report for people says in the same words, in the language spoken.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/report.h"

namespace imprint::report {

std::string word_of(Verdict verdict);
std::string word_of(Severity severity);
/// Of an answer in a Difference: a severity, "clean", "not_applicable", "undetermined", "off".
std::string word_of_answer(const std::string& answer);

/// Bytes in the unit that people use: "20.0 GiB".
std::string human_size(std::uint64_t bytes);

/// How many columns a terminal gives the text: wide characters take two.
std::size_t display_width(std::string_view utf8);

/// The text and as many blanks as bring it to `width` columns.
std::string padded(const std::string& text, std::size_t width);

/// The findings of that severity that are not waived.
std::ptrdiff_t count_of(const ImageReport& image, Severity severity);
std::ptrdiff_t count_of_waived(const ImageReport& image);
/// "waived until 2026-12-31: reason"; empty for a finding that is not.
std::string waiver_of(const Finding& finding);
/// "1 error, 2 warnings": only what there is.
std::string counts(const ImageReport& image);

/// The findings as people read them: errors, warnings, notes, and last what is waived; of errors
/// those first that strike first while the machine starts. They live as long as the image.
std::vector<const Finding*> in_reading_order(const ImageReport& image);

/// The finding that explains a rejection: the first one in reading order. Null if there is no
/// error.
const Finding* main_reason_or_null(const ImageReport& image);
/// In one sentence why the verdict is what it is. It may hold text of the guest.
std::string reason_of(const ImageReport& image);

/// "/etc/fstab:3", "/etc/shadow", or empty. It may hold text of the guest.
std::string place_of(const Finding& finding);

/// What a partition is for, by its table's type or its content.
enum class Purpose {
  files,
  efi_system,
  bios_boot,
  prep_boot,
  swap,
  lvm,
  raid,
  encrypted,
  extended
};
Purpose purpose_of(const PartitionFacts& partition);
/// "EFI system", "swap"; empty for files, which need no word.
std::string word_of(Purpose purpose);

}  // namespace imprint::report
