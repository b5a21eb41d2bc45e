#include <algorithm>

#include "guestfs/facts/grub_commands.h"
#include "guestfs/facts/grubenv.h"
#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::Match;

void GrubFileCommands::load_env(GrubMachine& m, GrubWords words) {
  GrubValue file = m.variable("prefix");
  file.text += "/grubenv";
  std::vector<std::string> wanted;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    if ((word == "--file" || word == "-f") && i + 1 < words.size())
      file = words[++i];
    else if (word.starts_with("--file="))
      file = {word.substr(7), words[i].known};
    else if (!word.starts_with("-"))
      wanted.push_back(word);
  }
  const BootFile block = m.boot_file(file);
  m.status_ = block.match == Match::found    ? Truth::yes
              : block.match == Match::absent ? Truth::no
                                             : Truth::unknown;
  if (block.match == Match::found) load_block(m, block.path, wanted);
}

void GrubFileCommands::load_block(GrubMachine& m, const std::string& path,
                                  const std::vector<std::string>& wanted) {
  constexpr std::size_t block_limit = std::size_t{64} << 10;
  const auto parsed = guest::GuestPath::parse(path);
  const auto text = parsed ? m.tree_.fs().read_text(*parsed, block_limit)
                           : Result<guest::TextFile>{parsed.error()};
  if (!text) {
    m.status_ = Truth::unknown;
    return m.problem("boot.grubenv-corrupt", {path, 0, {}}, text.error().message, true);
  }
  const GrubEnvironment environment = parse_grubenv(text->text);
  // Other programs write such blocks under other names and without padding, and GRUB reads them.
  const bool own = path.ends_with("/grubenv");
  if (!environment.fault.empty() && (own || !environment.loadable))
    m.problem("boot.grubenv-corrupt", {path, 1, {}}, environment.fault, false,
              environment.loadable ? std::optional{Severity::warning} : std::nullopt);
  if (!environment.loadable) {
    m.status_ = Truth::no;
    return;
  }
  for (const auto& [name, value] : environment.variables)
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end())
      m.set(name, {value, true});
}

void GrubFileCommands::configfile(GrubMachine& m, GrubWords words) {
  GrubValue name = words.size() > 1 ? words[1] : m.variable("prefix");
  if (words.size() <= 1) name.text += "/grub.cfg";
  if (m.open_menu_ == nullptr) return hand_over(m, words);
  const auto path = config_path(m, name);
  if (!path) return;
  m.keep_exported();
  m.open_menu_->clear();
  m.enter_config(*path);
  m.run_source(*path);
  if (m.uncertain_ == 0 && !m.open_menu_->empty()) m.finished_ = true;
}

void GrubFileCommands::source(GrubMachine& m, GrubWords words) {
  if (words.size() < 2) return;
  const auto path = config_path(m, words[1]);
  if (path) m.run_source(*path);
}

std::optional<guest::GuestPath> GrubFileCommands::config_path(GrubMachine& m,
                                                              const GrubValue& name) {
  const BootFile file = m.boot_file(name);
  m.status_ = file.match == Match::absent ? Truth::no : Truth::unknown;
  if (file.match == Match::found) {
    auto path = guest::GuestPath::parse(file.path);
    if (path) return std::move(path).value();
  }
  m.missing_.push_back(
      {m.here(), name.text, file.why, file.match == Match::unknown, m.state_.failed_search});
  return std::nullopt;
}

void GrubFileCommands::blscfg(GrubMachine& m, GrubWords) {
  m.status_ = Truth::yes;
  if (m.open_menu_ == nullptr) return;
  bool undetermined = false;
  const auto folder = bls_folder(m, undetermined);
  std::vector<BlsEntry> entries;
  if (folder) entries = read_bls_folder(m.tree_, *folder, m.problems_);
  if (entries.empty())
    return m.problem("boot.bls-none", m.here(),
                     folder ? say("'blscfg' finds no entry in '{}'", folder->str())
                            : say("'blscfg' finds no folder 'loader/entries'"),
                     !folder && undetermined);
  const auto volume = m.tree_.on_volume(*folder);
  sort_for_grub(entries);
  for (BlsEntry& entry : entries) add_bls_item(m, std::move(entry), volume ? volume->volume : 0);
}

void GrubFileCommands::add_bls_item(GrubMachine& m, BlsEntry entry, std::size_t volume) {
  const std::string fault = bls_fault(entry);
  if (!fault.empty())
    return m.problem("boot.bls-entry-invalid", {entry.file, 0, {}}, fault, false,
                     severity_of(m, entry));
  GrubMenuItem item;
  item.title = entry.title.empty() ? entry.id : entry.title;
  item.id = entry.id;
  item.place = {entry.file, 1, {}};
  item.uncertain = m.uncertain_ > 0;
  item.bls_volume = volume;
  item.bls = std::move(entry);
  m.open_menu_->push_back(std::move(item));
}

/// An entry that is not the chosen one is missed by nobody.
std::optional<Severity> GrubFileCommands::severity_of(const GrubMachine& m, const BlsEntry& entry) {
  const GrubValue chosen = m.variable("default");
  if (!chosen.text.empty() && chosen.text == entry.id) return std::nullopt;
  return Severity::warning;
}

std::optional<guest::GuestPath> GrubFileCommands::bls_folder(GrubMachine& m, bool& undetermined) {
  const GrubValue wanted = m.variable("blsdir");
  for (const char* name : {"boot", "root"}) {
    const GrubValue device = m.variable(name);
    undetermined = undetermined || !device.known;
    if (!device.known || device.text.empty()) continue;
    const GrubDevice volume = resolve_grub_device(m.tree_.inventory(), device.text);
    if (volume.match != Match::found) continue;
    for (const std::string& folder :
         {wanted.text, std::string{"/loader/entries"}, std::string{"/boot/loader/entries"}}) {
      if (folder.empty()) continue;
      Located located = m.tree_.find({*volume.volume, folder});
      if (located.match == Match::found) return std::move(located.path);
      undetermined = undetermined || located.match == Match::unknown;
    }
  }
  return std::nullopt;
}

/// Tells of a device what kind of table, file system, UUID or label it has.
void GrubFileCommands::probe(GrubMachine& m, GrubWords words) {
  std::string variable;
  std::string_view asked;
  std::optional<GrubValue> name;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    if (word.starts_with("--set="))
      variable = word.substr(6);
    else if ((word == "--set" || word == "-s") && i + 1 < words.size())
      variable = words[++i].text;
    else if (word.starts_with("-"))
      asked = word;
    else
      name = words[i];
  }
  m.status_ = Truth::unknown;
  if (variable.empty()) return;
  GrubValue answer{"", false};
  const GrubDevice device =
      name && name->known ? resolve_grub_device(m.tree_.inventory(), name->text) : GrubDevice{};
  if (device.match == Match::found) {
    const guest::Volume& volume = m.tree_.inventory().volumes[*device.volume];
    if (asked == "--fs-uuid" || asked == "-u") answer = {volume.uuid, true};
    if (asked == "--label" || asked == "-l") answer = {volume.label, true};
    if (asked == "--part-uuid") answer = {volume.part_uuid, true};
    if (answer.known) m.status_ = Truth::yes;
  }
  m.set(variable, std::move(answer));
}

/// Chooses among the partitions for /usr of Flatcar and of its forebears by their priorities, which
/// the inventory does not tell; but of an image that was never updated only one holds a system.
void GrubFileCommands::choose_by_priority(GrubMachine& m, GrubWords words) {
  constexpr std::string_view usr_type = "5dfbf5f4-2848-4bac-aa5e-0d9a20b745a6";
  std::vector<std::size_t> filled;
  const std::vector<guest::Volume>& volumes = m.tree_.inventory().volumes;
  for (std::size_t i = 0; i < volumes.size(); ++i)
    if (volumes[i].part_type == usr_type && !volumes[i].filesystem.empty()) filled.push_back(i);
  const bool sure = filled.size() == 1;
  m.status_ = sure ? Truth::yes : Truth::unknown;
  for (std::size_t i = 1; i + 1 < words.size(); i += 2) {
    GrubValue value{"", false};
    if (sure && words[i].text == "-d")
      value = {grub_device_name(m.tree_.inventory(), filled[0]), true};
    else if (sure && words[i].text == "-u")
      value = {volumes[filled[0]].part_uuid, true};
    m.set(words[i + 1].text, std::move(value));
  }
}

void GrubFileCommands::hand_over(GrubMachine& m, GrubWords) {
  m.state_.loaded.hands_over = true;
  m.status_ = Truth::yes;
}

}  // namespace imprint::facts
