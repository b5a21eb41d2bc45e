#include <algorithm>
#include <array>
#include <map>

#include "guestfs/facts/grub_commands.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::Match;

namespace {

using Words = GrubWords;

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

  static void set(Machine& m, Words words) {
    m.status_ = Truth::yes;
    for (const GrubValue& word : words.subspan(1)) {
      const std::size_t equals = word.text.find('=');
      if (equals != std::string::npos && equals > 0)
        m.set(word.text.substr(0, equals), {word.text.substr(equals + 1), word.known});
    }
  }

  static void export_names(Machine& m, Words words) {
    constexpr std::size_t most_exported = 2'000;
    m.status_ = Truth::yes;
    for (const GrubValue& word : words.subspan(1))
      if (m.state_.exported.size() < most_exported) m.state_.exported.insert(word.text);
  }

  static void unset(Machine& m, Words words) {
    m.status_ = Truth::yes;
    for (const GrubValue& word : words.subspan(1)) m.state_.variables.erase(word.text);
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
      if (!word.known && !is_harmless(word))
        loaded.undecided = say("its command line depends on the running machine");
  }

  /// Whether whatever the word turns out to be has no say in what boots: Ubuntu's scripts hand
  /// vt.handoff=7 to the kernel where the graphics card is not on a list.
  static bool is_harmless(const GrubValue& word) {
    static constexpr std::array<std::string_view, 7> harmless{
        "vt.handoff=", "quiet", "splash", "console=", "loglevel=", "vga=", "nomodeset"};
    return !word.choices.empty() &&
           std::all_of(word.choices.begin(), word.choices.end(), [](const std::string& choice) {
             const std::vector<std::string> parts = split_words(choice);
             return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
               return std::any_of(harmless.begin(), harmless.end(),
                                  [&](std::string_view known) { return part.starts_with(known); });
             });
           });
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

  /// Looks for the machine's own devices in a list, and tells in "match" which line it was.
  static void matches_hardware(Machine& m, Words) {
    m.status_ = Truth::unknown;
    m.set("match", {"0", false});
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
        m.set(behind_colon(word.substr(6)), {"", false});
      else if ((word == "--set" || word == "-s") && i + 1 < words.size())
        m.set(behind_colon(words[i + 1].text), {"", false});
      else if (words[0].text == "read" && equals == std::string::npos)
        m.set(word, {"", false});
    }
  }

  /// "regexp --set 1:NAME" names the group before the variable.
  static std::string behind_colon(const std::string& name) {
    return name.substr(name.rfind(':') == std::string::npos ? 0 : name.rfind(':') + 1);
  }

  static void foreign_menu(Machine& m, Words words) {
    m.status_ = Truth::unknown;
    if (m.open_menu_ == nullptr) return GrubFileCommands::hand_over(m, words);
    m.problem("boot.grub2-parse", m.here(), say("'{}' reads another loader's menu", words[0].text),
              true);
  }

  using Run = void (*)(Machine&, Words);
  static Run find(std::string_view name);
};

GrubCommandTable::Run GrubCommandTable::find(std::string_view name) {
  using File = GrubFileCommands;
  using Flow = GrubFlowCommands;
  static const std::map<std::string_view, Run> table{
      {"search", GrubSearchCommand::run},
      {"search.fs_uuid", GrubSearchCommand::run},
      {"search.fs_label", GrubSearchCommand::run},
      {"search.file", GrubSearchCommand::run},
      {"set", set},
      {"setparams", Flow::set_arguments},
      {"unset", unset},
      {"load_env", File::load_env},
      {"test", test},
      {"[", test},
      {"true", yes},
      {"false", no},
      {"export", export_names},
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
      {"cryptomount", measures},
      {"linux", load_kernel},
      {"linux16", load_kernel},
      {"linuxefi", load_kernel},
      {"knetbsd", File::hand_over},
      {"initrd", load_initrd},
      {"initrd16", load_initrd},
      {"initrdefi", load_initrd},
      {"multiboot", load_hypervisor},
      {"multiboot2", load_hypervisor},
      {"xen_hypervisor", load_hypervisor},
      {"module", load_module},
      {"module2", load_module},
      {"xen_module", load_module},
      {"chainloader", File::hand_over},
      {"fwsetup", File::hand_over},
      {"halt", File::hand_over},
      {"reboot", File::hand_over},
      {"exit", File::hand_over},
      {"ntldr", File::hand_over},
      {"freedos", File::hand_over},
      {"kfreebsd", File::hand_over},
      {"configfile", File::configfile},
      {"normal", File::configfile},
      {"source", File::source},
      {".", File::source},
      {"blscfg", File::blscfg},
      {"increment", counted},
      {"decrement", counted},
      {"read", measures},
      {"regexp", measures},
      {"probe", File::probe},
      {"gptprio.next", File::choose_by_priority},
      {"hwmatch", matches_hardware},
      {"smbios", measures},
      {"getenv", measures},
      {"cpuid", measures},
      {"tr", measures},
      {"return", Flow::leave_function},
      {"break", Flow::leave_loops},
      {"continue", Flow::leave_loops},
      {"shift", Flow::shift},
      {"eval", Flow::evaluate},
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

bool GrubCommands::run(GrubMachine& machine, const GrubCommand& command, Words words) {
  const std::string& name = words[0].text;
  if (name == "menuentry" || name == "submenu") {
    machine.status_ = Truth::yes;
    machine.add_item(command, words);
    return true;
  }
  const auto function = GrubCommandTable::find(name);
  if (function != nullptr) function(machine, words);
  return function != nullptr;
}

}  // namespace imprint::facts
