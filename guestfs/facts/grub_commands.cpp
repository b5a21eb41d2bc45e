#include <algorithm>
#include <array>

#include "guestfs/facts/grub_device.h"
#include "guestfs/facts/grub_machine.h"
#include "guestfs/facts/grubenv.h"

namespace imprint::facts {

using guest::Match;

namespace {

using Words = std::span<const GrubValue>;

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

Search parse_search(Words words) {
  Search search;
  std::vector<GrubValue> names;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    if (word.starts_with("--hint") && word.find('=') == std::string::npos)
      ++i;
    else if (word.starts_with("-"))
      take_search_option(search, word);
    else
      names.push_back(words[i]);
  }
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

/// A command line as GRUB hands it over: a word with blanks is quoted.
std::string joined(Words words) {
  std::string line;
  for (const GrubValue& word : words) {
    if (!line.empty()) line += ' ';
    const bool blank =
        word.text.find(' ') != std::string::npos && word.text.find('"') == std::string::npos;
    line += blank ? "\"" + word.text + "\"" : word.text;
  }
  return line;
}

}  // namespace

/// The commands, each a function of the machine and its words; words[0] is the name.
struct GrubCommandTable {
  using Machine = GrubMachine;

  static void search(Machine& m, Words words) {
    const Search search = parse_search(words);
    const GrubDevice device = find_volume(m, search);
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

  static GrubDevice find_volume(Machine& m, const Search& search) {
    if (!search.wanted.known || search.by == Search::By::none || search.by == Search::By::other)
      return {};
    if (search.by == Search::By::file) return find_file(m, search.wanted.text);
    const std::string spec =
        (search.by == Search::By::uuid ? "UUID=" : "LABEL=") + search.wanted.text;
    const guest::Resolution resolution = guest::resolve_device(m.tree_.inventory(), spec);
    return {resolution.match, resolution.volume, {}};
  }

  static GrubDevice find_file(Machine& m, const std::string& path) {
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

  static void set(Machine& m, Words words) {
    m.status_ = Truth::yes;
    for (const GrubValue& word : words.subspan(1)) {
      const std::size_t equals = word.text.find('=');
      if (equals != std::string::npos && equals > 0)
        m.set(word.text.substr(0, equals), {word.text.substr(equals + 1), word.known});
    }
  }

  static void unset(Machine& m, Words words) {
    m.status_ = Truth::yes;
    for (const GrubValue& word : words.subspan(1)) m.state_.variables.erase(word.text);
  }

  static void load_env(Machine& m, Words words) {
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

  static void load_block(Machine& m, const std::string& path,
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
    if (!environment.fault.empty())
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

  static void test(Machine& m, Words words) {
    Words arguments = words.subspan(1);
    if (words[0].text == "[" && !arguments.empty() && arguments.back().text == "]")
      arguments = arguments.first(arguments.size() - 1);
    m.status_ = evaluate_grub_test(arguments, [&](char kind, const std::string& name) {
      const Machine::FileName file = m.locate({name, true});
      const Located located =
          file.match == Match::found ? m.tree_.find(file.file) : Located{file.match, {}, {}, {}};
      if (located.match == Match::unknown) return Truth::unknown;
      if (located.match != Match::found) return Truth::no;
      const bool folder = located.info.type == guest::FileType::folder;
      const bool holds = kind == 'e' || (kind == 'd') == folder;
      return holds && (kind != 's' || located.info.size > 0) ? Truth::yes : Truth::no;
    });
  }

  static void yes(Machine& m, Words) { m.status_ = Truth::yes; }
  static void no(Machine& m, Words) { m.status_ = Truth::no; }

  static void load_kernel(Machine& m, Words words) {
    m.status_ = Truth::yes;
    words = words.subspan(1);
    while (!words.empty() && words[0].text.starts_with("--")) words = words.subspan(1);
    if (words.empty()) return;
    GrubLoaded& loaded = m.state_.loaded;
    const std::string undecided = loaded.undecided;
    loaded = {};
    loaded.undecided = undecided;
    loaded.kernel = m.boot_file(words[0]);
    take_cmdline(m, words.subspan(1));
  }

  static void take_cmdline(Machine& m, Words words) {
    GrubLoaded& loaded = m.state_.loaded;
    loaded.cmdline = joined(words);
    loaded.cmdline_place = m.here();
    m.bytes_ += loaded.cmdline.size();
    for (const GrubValue& word : words)
      if (!word.known) loaded.undecided = "its command line depends on the running machine";
  }

  static void load_hypervisor(Machine& m, Words words) {
    load_kernel(m, words);
    m.state_.loaded.hypervisor = true;
  }

  static void load_initrd(Machine& m, Words words) {
    m.status_ = Truth::yes;
    constexpr std::size_t most_initrds = 64;
    std::vector<BootFile>& initrds = m.state_.loaded.initrds;
    for (const GrubValue& word : words.subspan(1)) {
      if (word.text.starts_with("--") || initrds.size() >= most_initrds) continue;
      const std::size_t path = word.text.starts_with("newc:") ? word.text.rfind(':') + 1 : 0;
      initrds.push_back(m.boot_file({word.text.substr(path), word.known}));
    }
  }

  /// The first module behind a hypervisor is the kernel with its command line, the others are its
  /// initramfs files.
  static void load_module(Machine& m, Words words) {
    words = words.subspan(1);
    while (!words.empty() && words[0].text.starts_with("--")) words = words.subspan(1);
    GrubLoaded& loaded = m.state_.loaded;
    m.status_ = Truth::yes;
    if (words.empty()) return;
    if (!loaded.hypervisor) return loaded.initrds.push_back(m.boot_file(words[0]));
    loaded.hypervisor = false;
    loaded.kernel = m.boot_file(words[0]);
    take_cmdline(m, words.subspan(1));
  }

  static void hand_over(Machine& m, Words) {
    m.state_.loaded.hands_over = true;
    m.status_ = Truth::yes;
  }

  static void configfile(Machine& m, Words words) {
    GrubValue name = words.size() > 1 ? words[1] : m.variable("prefix");
    if (words.size() <= 1) name.text += "/grub.cfg";
    if (m.open_menu_ == nullptr) return hand_over(m, words);
    const auto path = config_path(m, name);
    if (!path) return;
    for (const char* variable : {"default", "fallback", "timeout"})
      m.state_.variables.erase(variable);
    m.open_menu_->clear();
    m.enter_config(*path);
    m.run_source(*path);
    if (m.uncertain_ == 0 && !m.open_menu_->empty()) m.finished_ = true;
  }

  static void source(Machine& m, Words words) {
    if (words.size() < 2) return;
    const auto path = config_path(m, words[1]);
    if (path) m.run_source(*path);
  }

  static std::optional<guest::GuestPath> config_path(Machine& m, const GrubValue& name) {
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

  static void blscfg(Machine& m, Words) {
    m.status_ = Truth::yes;
    if (m.open_menu_ == nullptr) return;
    bool undetermined = false;
    const auto folder = bls_folder(m, undetermined);
    std::vector<BlsEntry> entries;
    if (folder) entries = read_bls_folder(m.tree_, *folder, m.problems_);
    if (entries.empty())
      return m.problem("boot.bls-none", m.here(),
                       folder ? fmt::format("'blscfg' finds no entry in '{}'", folder->str())
                              : "'blscfg' finds no folder 'loader/entries'",
                       !folder && undetermined);
    const auto volume = m.tree_.on_volume(*folder);
    sort_for_grub(entries);
    for (BlsEntry& entry : entries) add_bls_item(m, std::move(entry), volume ? volume->volume : 0);
  }

  static void add_bls_item(Machine& m, BlsEntry entry, std::size_t volume) {
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
  static std::optional<Severity> severity_of(const Machine& m, const BlsEntry& entry) {
    const GrubValue chosen = m.variable("default");
    if (!chosen.text.empty() && chosen.text == entry.id) return std::nullopt;
    return Severity::warning;
  }

  static std::optional<guest::GuestPath> bls_folder(Machine& m, bool& undetermined) {
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

  static void counted(Machine& m, Words words) {
    m.status_ = Truth::yes;
    if (words.size() > 1) m.set(words[1].text, {m.variable(words[1].text).text, false});
  }

  /// Commands that set variables from what the machine holds: "--set[=NAME]", "--set NAME", or a
  /// plain NAME.
  static void measures(Machine& m, Words words) {
    m.status_ = Truth::unknown;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const std::string& word = words[i].text;
      const std::size_t equals = word.find('=');
      if (word.starts_with("--set="))
        m.set(word.substr(word.rfind(':') == std::string::npos ? 6 : word.rfind(':') + 1),
              {"", false});
      else if (word == "--set" && i + 1 < words.size())
        m.set(words[i + 1].text, {"", false});
      else if (words[0].text == "read" && equals == std::string::npos)
        m.set(word, {"", false});
    }
  }

  static void leave(Machine& m, Words) { m.returning_ = true; }
  static void leave_loop(Machine& m, Words) { m.leaving_loop_ = true; }

  static void foreign_menu(Machine& m, Words words) {
    m.status_ = Truth::unknown;
    if (m.open_menu_ == nullptr) return hand_over(m, words);
    m.problem("boot.grub2-parse", m.here(),
              fmt::format("'{}' reads another loader's menu", words[0].text), true);
  }

  using Run = void (*)(Machine&, Words);
  static Run find(std::string_view name);
};

GrubCommandTable::Run GrubCommandTable::find(std::string_view name) {
  using Table = GrubCommandTable;
  static const std::map<std::string_view, Run> table{
      {"search", search},
      {"search.fs_uuid", search},
      {"search.fs_label", search},
      {"search.file", search},
      {"set", set},
      {"setparams", yes},
      {"unset", unset},
      {"load_env", load_env},
      {"test", test},
      {"[", test},
      {"true", yes},
      {"false", no},
      {"export", set},
      {"insmod", yes},
      {"echo", yes},
      {"save_env", yes},
      {"list_env", yes},
      {"rmmod", yes},
      {"clear", yes},
      {"terminal_input", yes},
      {"terminal_output", yes},
      {"terminal", yes},
      {"serial", yes},
      {"cryptomount", Table::measures},
      {"linux", load_kernel},
      {"linux16", load_kernel},
      {"linuxefi", load_kernel},
      {"knetbsd", hand_over},
      {"initrd", load_initrd},
      {"initrd16", load_initrd},
      {"initrdefi", load_initrd},
      {"multiboot", load_hypervisor},
      {"multiboot2", load_hypervisor},
      {"xen_hypervisor", load_hypervisor},
      {"module", load_module},
      {"module2", load_module},
      {"xen_module", load_module},
      {"chainloader", hand_over},
      {"fwsetup", hand_over},
      {"halt", hand_over},
      {"reboot", hand_over},
      {"exit", hand_over},
      {"ntldr", hand_over},
      {"freedos", hand_over},
      {"kfreebsd", hand_over},
      {"configfile", configfile},
      {"normal", configfile},
      {"source", source},
      {".", source},
      {"blscfg", blscfg},
      {"increment", counted},
      {"decrement", counted},
      {"read", measures},
      {"regexp", measures},
      {"probe", measures},
      {"smbios", measures},
      {"getenv", measures},
      {"hwmatch", measures},
      {"cpuid", measures},
      {"return", leave},
      {"break", leave_loop},
      {"continue", leave_loop},
      {"legacy_configfile", foreign_menu},
      {"legacy_source", foreign_menu},
      {"syslinux_configfile", foreign_menu},
      {"syslinux_source", foreign_menu},
      {"extract_legacy_entries_source", foreign_menu},
      {"extract_syslinux_entries_source", foreign_menu},
      {"extract_entries_source", foreign_menu}};
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

void GrubCommands::run(GrubMachine& machine, const GrubCommand& command, Words words) {
  const std::string& name = words[0].text;
  if (name == "menuentry" || name == "submenu") {
    machine.status_ = Truth::yes;
    return machine.add_item(command, words);
  }
  if (const auto function = GrubCommandTable::find(name))
    function(machine, words);
  else
    machine.status_ = Truth::unknown;
}

}  // namespace imprint::facts
