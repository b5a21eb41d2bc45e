#include "guestfs/facts/bls.h"

#include <algorithm>
#include <cctype>

#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

constexpr std::size_t most_entries = 1000;
constexpr std::size_t entry_limit = std::size_t{64} << 10;

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_alpha(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Takes "+LEFT" or "+LEFT-DONE" off the end of a name.
void take_counters(BlsEntry& entry) {
  const std::size_t plus = entry.id.rfind('+');
  if (plus == std::string::npos || plus + 1 == entry.id.size()) return;
  const std::string_view counters = std::string_view{entry.id}.substr(plus + 1);
  const std::size_t dash = counters.find('-');
  const std::string_view left = counters.substr(0, dash);
  const std::string_view done = dash == std::string_view::npos ? "0" : counters.substr(dash + 1);
  const auto digits = [](std::string_view s) {
    return !s.empty() && std::all_of(s.begin(), s.end(), is_digit);
  };
  if (!digits(left) || !digits(done)) return;
  entry.tries_left = left.find_first_not_of('0') != std::string_view::npos;
  entry.id.resize(plus);
}

void take_key(BlsEntry& entry, std::string_view key, std::string value, Place place) {
  if (key == "title")
    entry.title = std::move(value);
  else if (key == "version")
    entry.version = std::move(value);
  else if (key == "sort-key")
    entry.sort_key = std::move(value);
  else if (key == "machine-id")
    entry.machine_id = std::move(value);
  else if (key == "architecture")
    entry.architectures.push_back(std::move(value));
  else if (key == "linux")
    entry.linux = BlsValue{std::move(value), std::move(place)};
  else if (key == "efi" || key == "uki" || key == "uki-url")
    entry.efi = BlsValue{std::move(value), std::move(place)};
  else if (key == "initrd")
    entry.initrds.push_back({std::move(value), std::move(place)});
  else if (key == "options")
    entry.options.push_back({std::move(value), std::move(place)});
}

/// The next run of digits or of letters; everything else only separates.
std::string_view next_segment(std::string_view& rest) {
  while (!rest.empty() && !is_digit(rest[0]) && !is_alpha(rest[0]) && rest[0] != '~')
    rest.remove_prefix(1);
  if (rest.empty() || rest[0] == '~') return {};
  const bool digits = is_digit(rest[0]);
  std::size_t length = 0;
  while (length < rest.size() && (digits ? is_digit(rest[length]) : is_alpha(rest[length])))
    ++length;
  const std::string_view segment = rest.substr(0, length);
  rest.remove_prefix(length);
  return segment;
}

int compare_segments(std::string_view a, std::string_view b) {
  if (is_digit(a[0]) != is_digit(b[0])) return is_digit(a[0]) ? 1 : -1;
  if (is_digit(a[0])) {
    a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
    b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  }
  return a.compare(b);
}

/// Characters that no version holds only separate.
void drop_separators(std::string_view& text) {
  while (!text.empty() && !is_digit(text[0]) && !is_alpha(text[0]) &&
         std::string_view{"~-^."}.find(text[0]) == std::string_view::npos)
    text.remove_prefix(1);
}

/// Takes the mark off both; where only one has it, that one is the lower.
int take_mark(char mark, std::string_view& a, std::string_view& b) {
  const bool left = a.starts_with(mark);
  const bool right = b.starts_with(mark);
  if (left != right) return left ? -1 : 1;
  if (left) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return 0;
}

/// The digits, or the letters, at the front.
std::string_view take_run(std::string_view& text, bool digits) {
  std::size_t length = 0;
  while (length < text.size() && (digits ? is_digit(text[length]) : is_alpha(text[length])))
    ++length;
  const std::string_view run = text.substr(0, length);
  text.remove_prefix(length);
  return run;
}

int compare_numbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

/// A file's name as GRUB takes it apart: like that of an RPM package.
struct PackageName {
  std::string_view name;
  std::string_view version;
  std::string_view release;
};

PackageName package_name(std::string_view id) {
  const std::size_t last = id.rfind('-');
  if (last == std::string_view::npos) return {id, {}, {}};
  const std::size_t middle = last == 0 ? last : id.rfind('-', last - 1);
  if (last == 0 || middle == std::string_view::npos)
    return {id.substr(0, last), id.substr(last + 1), {}};
  return {id.substr(0, middle), id.substr(middle + 1, last - middle - 1), id.substr(last + 1)};
}

}  // namespace

BlsEntry parse_bls_entry(std::string_view text, const std::string& path) {
  BlsEntry entry;
  entry.file = path;
  entry.id = path.substr(path.rfind('/') + 1);
  if (entry.id.ends_with(".conf")) entry.id.resize(entry.id.size() - 5);
  take_counters(entry);
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t blank = line.find_first_of(" \t");
    if (blank == std::string_view::npos) continue;
    take_key(entry, line.substr(0, blank), std::string{trimmed(line.substr(blank))},
             {path, number, std::string{line}});
  }
  return entry;
}

std::vector<BlsEntry> read_bls_folder(const BootTree& tree, const guest::GuestPath& folder,
                                      std::vector<BootProblem>& problems) {
  std::vector<BlsEntry> entries;
  const auto listing = tree.fs().list(folder);
  if (!listing) return entries;
  for (const guest::FolderEntry& file : *listing) {
    if (!file.name.ends_with(".conf") || file.name.size() > 255) continue;
    if (entries.size() >= most_entries) break;
    const guest::GuestPath path = folder / file.name;
    const auto text = tree.fs().read_text(path, entry_limit);
    if (text)
      entries.push_back(parse_bls_entry(text->text, path.str()));
    else
      problems.push_back(
          {"boot.bls-entry-invalid",
           {path.str(), 0, {}},
           text.error().message,
           text.error().code != Errc::not_found && text.error().code != Errc::invalid,
           Severity::warning});
  }
  return entries;
}

std::string bls_fault(const BlsEntry& entry) {
  if (!entry.linux && !entry.efi) return say("it has neither 'linux' nor 'efi'");
  const std::string& program = entry.linux ? entry.linux->text : entry.efi->text;
  if (program.find("/../") != std::string::npos || program.starts_with("../"))
    return say("its path holds '..'");
  return {};
}

int compare_versions(std::string_view a, std::string_view b) {
  while (true) {
    const std::string_view left = next_segment(a);
    const std::string_view right = next_segment(b);
    const bool left_tilde = left.empty() && a.starts_with('~');
    const bool right_tilde = right.empty() && b.starts_with('~');
    if (left_tilde && right_tilde) {
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (left_tilde || right_tilde) return left_tilde ? -1 : 1;
    if (left.empty() || right.empty())
      return static_cast<int>(!left.empty()) - static_cast<int>(!right.empty());
    if (const int order = compare_segments(left, right); order != 0) return order;
  }
}

void sort_for_grub(std::vector<BlsEntry>& entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const BlsEntry& a, const BlsEntry& b) {
    const PackageName left = package_name(a.id);
    const PackageName right = package_name(b.id);
    int order = compare_versions(left.name, right.name);
    if (order == 0) order = compare_versions(left.version, right.version);
    if (order == 0) order = compare_versions(left.release, right.release);
    return order > 0;
  });
}

int compare_uapi_versions(std::string_view a, std::string_view b) {
  while (true) {
    drop_separators(a);
    drop_separators(b);
    if (const int order = take_mark('~', a, b); order != 0) return order;
    if (a.empty() || b.empty()) return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
    bool marked = false;
    for (const char mark : {'-', '^', '.'}) {
      if (!a.starts_with(mark) && !b.starts_with(mark)) continue;
      if (const int order = take_mark(mark, a, b); order != 0) return order;
      marked = true;
      break;
    }
    if (marked) continue;
    const bool digits = (!a.empty() && is_digit(a[0])) || (!b.empty() && is_digit(b[0]));
    const std::string_view left = take_run(a, digits);
    const std::string_view right = take_run(b, digits);
    if (const int order = digits ? compare_numbers(left, right) : left.compare(right); order != 0)
      return order;
  }
}

bool is_listed_before(const BlsEntry& a, const BlsEntry& b) {
  if (a.tries_left != b.tries_left) return a.tries_left;
  if (a.sort_key.empty() != b.sort_key.empty()) return !a.sort_key.empty();
  if (!a.sort_key.empty()) {
    if (a.sort_key != b.sort_key) return a.sort_key < b.sort_key;
    if (a.machine_id != b.machine_id) return a.machine_id < b.machine_id;
    if (const int order = compare_uapi_versions(a.version, b.version); order != 0) return order > 0;
  }
  const std::string suffix = ".conf";
  const auto name = [&](const BlsEntry& entry) {
    return entry.id.ends_with(".efi") ? entry.id : entry.id + suffix;
  };
  return compare_uapi_versions(name(a), name(b)) > 0;
}

}  // namespace imprint::facts
