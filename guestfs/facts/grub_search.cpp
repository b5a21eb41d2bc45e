#include <algorithm>
#include <optional>

#include "guestfs/facts/grub_commands.h"

namespace imprint::facts {

using guest::Match;

namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The search command's arguments, taken apart.
struct Search {
  enum class By { none, file, label, uuid, other };
  By by = By::none;
  std::string variable;  ///< empty: only printed
  GrubValue wanted;
};

void take_search_option(Search& search, std::string_view word) {
  if (word == "--file" || word == "-f")
    search.by = Search::By::file;
  else if (word == "--label" || word == "-l")
    search.by = Search::By::label;
  else if (word == "--fs-uuid" || word == "-u")
    search.by = Search::By::uuid;
  else if (word == "--set" || word == "-s")
    search.variable = "root";
  else if (word.starts_with("--set="))
    search.variable = std::string{word.substr(6)};
  else if (is_one_of(word, {"--part-uuid", "--part-label", "--partuuid", "--partlabel"}))
    search.by = Search::By::other;
}

Search parse_search(GrubWords words) {
  Search search;
  std::vector<GrubValue> names;
  std::optional<GrubValue> variable_word;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    const bool value_follows = i + 1 < words.size() && !words[i + 1].text.starts_with("-");
    if (word.starts_with("--hint") && word.find('=') == std::string::npos)
      ++i;
    else if ((word == "--set" || word == "-s") && value_follows)
      variable_word = words[++i];
    else if (word.starts_with("-"))
      take_search_option(search, word);
    else
      names.push_back(words[i]);
  }
  // "search --fs-uuid --set UUID": where nothing else is named, that is what is looked for.
  if (variable_word) search.variable = names.empty() ? "root" : variable_word->text;
  if (variable_word && names.empty()) names.push_back(*variable_word);
  const std::string& command = words[0].text;
  const bool dotted = command.starts_with("search.");
  if (dotted) {
    search.by = command == "search.fs_uuid"    ? Search::By::uuid
                : command == "search.fs_label" ? Search::By::label
                : command == "search.file"     ? Search::By::file
                                               : Search::By::other;
    search.variable = names.size() > 1 ? names[1].text : "root";
  }
  if (!names.empty()) search.wanted = names[0];
  return search;
}

/// By UUID or label; unknown for every other way.
GrubDevice find_by_name(const guest::Inventory& inventory, const Search& search) {
  if (search.by != Search::By::uuid && search.by != Search::By::label) return {};
  const std::string spec =
      (search.by == Search::By::uuid ? "UUID=" : "LABEL=") + search.wanted.text;
  const guest::Resolution resolution = guest::resolve_device(inventory, spec);
  return {resolution.match, resolution.volume, {}};
}

}  // namespace

void GrubSearchCommand::run(GrubMachine& m, GrubWords words) {
  const Search search = parse_search(words);
  GrubDevice device;
  if (search.wanted.known && search.by == Search::By::file)
    device = find_file(m, search.wanted.text);
  else if (search.wanted.known)
    device = find_by_name(m.tree_.inventory(), search);
  m.status_ = device.match == Match::found    ? Truth::yes
              : device.match == Match::absent ? Truth::no
                                              : Truth::unknown;
  if (device.match == Match::absent) m.state_.failed_search = m.here();
  if (search.variable.empty() || device.match == Match::absent) return;
  if (device.match == Match::found)
    m.set(search.variable, {grub_device_name(m.tree_.inventory(), *device.volume), true});
  else
    m.set(search.variable, {m.variable(search.variable).text, false});
}

GrubDevice GrubSearchCommand::find_file(GrubMachine& m, const std::string& path) {
  GrubDevice best{Match::absent, std::nullopt, {}};
  for (std::size_t i = 0; i < m.tree_.inventory().volumes.size(); ++i) {
    const std::string& filesystem = m.tree_.inventory().volumes[i].filesystem;
    if (filesystem.empty() || filesystem == "swap" || filesystem == "LVM2_member") continue;
    const Located located = m.tree_.find({i, path});
    if (located.match == Match::found) return {Match::found, i, {}};
    if (located.match == Match::unknown) best.match = Match::unknown;
  }
  return best;
}

}  // namespace imprint::facts
