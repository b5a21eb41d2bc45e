#include <algorithm>
#include <charconv>

#include "guestfs/facts/boot_readers.h"
#include "guestfs/facts/grub_device.h"
#include "guestfs/facts/grub_legacy.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::Match;

namespace {

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

constexpr int most_menus = 10;

/// A menu that the default entry goes on to by `configfile`.
struct NextMenu {
  GrubLegacyLine line;
  GrubDevice device;  ///< that its entries begin with
  std::string path;   ///< there
};

/// Reads the entries of one menu, each with the device that its `root` names.
class LegacyReader {
 public:
  LegacyReader(const BootTree& tree, const guest::GuestPath& config, GrubDevice home, Boot& boot)
      : tree_{tree}, config_{config}, boot_{boot}, home_{std::move(home)} {}

  /// Adds them to those of the menus before it, and chooses the default entry anew.
  std::optional<NextMenu> read(const GrubLegacyMenu& menu) {
    first_ = boot_.entries.size();
    choose_default(menu);
    for (const GrubLegacyLine& line : menu.settings)
      if (!line.known)
        problem("boot.grub1-parse", line.place, unknown_command(line), Severity::warning);
    for (std::size_t i = 0; i < menu.entries.size(); ++i) {
      grave_ = boot_.default_entry == first_ + i;
      boot_.entries.push_back(read_entry(menu.entries[i]));
    }
    return std::move(next_);
  }

 private:
  static std::string unknown_command(const GrubLegacyLine& line) {
    return say("'{}' is no command of GRUB legacy", line.command);
  }

  void problem(std::string rule, Place place, std::string message,
               std::optional<Severity> severity) {
    boot_.problems.push_back(
        {std::move(rule), std::move(place), std::move(message), false, severity});
  }
  [[nodiscard]] std::optional<Severity> severity() const {
    return grave_ ? std::nullopt : std::optional{Severity::warning};
  }

  void choose_default(const GrubLegacyMenu& menu) {
    boot_.fallbacks.clear();
    if (menu.entries.empty()) return;
    const GrubLegacyLine* line = menu.setting("default");
    std::optional<std::size_t> index = 0;
    if (line != nullptr)
      index = line->argument == "saved" ? saved_default() : number(line->argument);
    take_fallbacks(menu);
    if (index && *index < menu.entries.size()) {
      boot_.default_entry = first_ + *index;
      return;
    }
    const std::string message =
        index ? say("the default entry is number {}, but there are {} entries, counted from 0",
                    *index, menu.entries.size())
              : say("'{}' is no number of an entry", line->argument);
    problem("boot.grub1-default-range", line->place, message,
            boot_.fallbacks.empty() ? std::nullopt : std::optional{Severity::warning});
    boot_.default_entry = boot_.fallbacks.empty() ? first_ : boot_.fallbacks.front();
  }

  void take_fallbacks(const GrubLegacyMenu& menu) {
    const GrubLegacyLine* line = menu.setting("fallback");
    if (line == nullptr) return;
    for (const std::string& word : split_words(line->argument))
      if (const auto index = number(word); index && *index < menu.entries.size())
        boot_.fallbacks.push_back(first_ + *index);
  }

  /// What `savedefault` has written; the first entry where it never did.
  [[nodiscard]] std::size_t saved_default() const {
    const auto text = tree_.fs().read_text(config_.parent() / "default", 4096);
    if (!text) return 0;
    return number(text->text).value_or(0);
  }

  BootEntry read_entry(const GrubLegacyEntry& source) {
    BootEntry entry;
    entry.title = source.title;
    entry.id = std::to_string(boot_.entries.size());
    entry.place = source.place;
    device_ = home_;
    bool hypervisor = false;
    const bool has_modules =
        std::any_of(source.lines.begin(), source.lines.end(),
                    [](const GrubLegacyLine& line) { return line.command.starts_with("module"); });
    for (const GrubLegacyLine& line : source.lines) {
      if (!line.known)
        problem("boot.grub1-parse", line.place, unknown_command(line), severity());
      else if (line.command == "root" || line.command == "rootnoverify")
        set_device(resolve_grub_legacy_device(tree_.inventory(), first_word(line.argument)), line);
      else if (line.command == "uuid")
        set_device(by_uuid(line.argument), line);
      else if (line.command == "findroot")
        device_ = find_signature(line.argument);
      else if (line.command == "kernel")
        hypervisor = take_kernel(entry, line) || has_modules;
      else if (line.command == "module" || line.command == "modulenounzip")
        take_module(entry, line, hypervisor);
      else if (line.command == "initrd")
        entry.initrds.push_back(file(first_word(line.argument), line));
      else if (line.command == "chainloader")
        entry.hands_over = true;
      else if (line.command == "configfile")
        take_menu(entry, line);
    }
    return entry;
  }

  /// GRUB shows the other menu at once; what else the entry says does not count.
  void take_menu(BootEntry& entry, const GrubLegacyLine& line) {
    entry.hands_over = true;
    if (!grave_ || next_) return;
    const GrubFileName name = split_grub_file(first_word(line.argument));
    next_ = {line, device_, name.path};
    if (!name.device.empty())
      next_->device = resolve_grub_legacy_device(tree_.inventory(), name.device);
  }

  static std::string first_word(const std::string& text) {
    return text.substr(0, text.find_first_of(" \t"));
  }

  void set_device(GrubDevice device, const GrubLegacyLine& line) {
    if (device.match == Match::absent)
      problem("boot.grub1-root-device", line.place, device.why, severity());
    device_ = std::move(device);
    reported_ = device_.match == Match::absent;
  }

  GrubDevice by_uuid(const std::string& uuid) const {
    const guest::Resolution resolution = guest::resolve_device(tree_.inventory(), "UUID=" + uuid);
    return {resolution.match, resolution.volume, say("no file system has the UUID '{}'", uuid)};
  }

  /// findroot looks for a file named after its argument in /boot/grub/bootsign.
  GrubDevice find_signature(const std::string& argument) const {
    std::string name = argument.substr(0, argument.find_first_of(", \t)"));
    if (name.starts_with('(')) name.erase(0, 1);
    for (std::size_t i = 0; i < tree_.inventory().volumes.size(); ++i)
      for (const char* folder : {"/boot/grub/bootsign/", "/grub/bootsign/"})
        if (tree_.find({i, folder + name}).match == Match::found) return {Match::found, i, {}};
    return {Match::unknown, std::nullopt, say("no file '{}' marks the partition", name)};
  }

  BootFile file(const std::string& written, const GrubLegacyLine& line) {
    const GrubFileName parts = split_grub_file(written);
    GrubDevice device = device_;
    if (!parts.device.empty()) {
      device = resolve_grub_legacy_device(tree_.inventory(), parts.device);
      if (device.match == Match::absent && !std::exchange(reported_, true))
        problem("boot.grub1-root-device", line.place, device.why, severity());
    }
    // The device itself is told of; its files cannot be looked for.
    if (device.match != Match::found)
      return {written, line.place, Match::unknown, {}, 0, device.why};
    return tree_.boot_file({*device.volume, parts.path}, written, line.place);
  }

  /// Whether it is a hypervisor, whose first module is the kernel.
  bool take_kernel(BootEntry& entry, const GrubLegacyLine& line) {
    std::string rest = line.argument;
    while (rest.starts_with("--")) {
      const std::size_t end = rest.find_first_of(" \t");
      rest.erase(0, end == std::string::npos ? rest.size() : rest.find_first_not_of(" \t", end));
    }
    const std::string name = first_word(rest);
    entry.kernel = file(name, line);
    const std::size_t end = rest.find_first_not_of(" \t", name.size());
    entry.cmdline = end == std::string::npos ? "" : rest.substr(end);
    entry.cmdline_place = line.place;
    return name.find("xen") != std::string::npos && name.find("vmlinuz") == std::string::npos;
  }

  void take_module(BootEntry& entry, const GrubLegacyLine& line, bool& hypervisor) {
    // Under tboot the first module may be a hypervisor again.
    if (hypervisor)
      hypervisor = take_kernel(entry, line);
    else
      entry.initrds.push_back(file(first_word(line.argument), line));
  }

  const BootTree& tree_;
  const guest::GuestPath& config_;
  Boot& boot_;
  GrubDevice home_;        ///< where GRUB looks for files before any `root`
  std::size_t first_ = 0;  ///< index of the menu's first entry
  GrubDevice device_;      ///< of the entry being read
  bool reported_ = false;  ///< an absent device was told of
  bool grave_ = false;     ///< the entry being read is the default one
  std::optional<NextMenu> next_;
};

/// Where the next menu lies; nothing where it cannot be read or was read before, which is told.
std::optional<guest::GuestPath> find_menu(const BootTree& tree, const NextMenu& next, Boot& boot) {
  if (next.device.match == Match::absent && boot.has_problem("boot.grub1-root-device"))
    return std::nullopt;
  Located located{next.device.match, {}, {}, next.device.why};
  if (next.device.match == Match::found) located = tree.find({*next.device.volume, next.path});
  const bool again =
      std::find(boot.configs.begin(), boot.configs.end(), located.path.str()) != boot.configs.end();
  if (located.match == Match::found && !again) return located.path;
  const auto severity = boot.fallbacks.empty() ? std::nullopt : std::optional{Severity::warning};
  const std::string message =
      located.match == Match::found
          ? say("'{}' leads back to a menu that was shown before", next.line.argument)
          : say("'{}' cannot be read: {}", next.line.argument, located.why);
  boot.problems.push_back(
      {"boot.no-config", next.line.place, message, located.match == Match::unknown, severity});
  return std::nullopt;
}

}  // namespace

void read_grub_legacy(const BootTree& tree, const guest::GuestPath& config, Boot& boot) {
  const auto home = tree.on_volume(config);
  GrubDevice device = home ? GrubDevice{Match::found, home->volume, {}} : GrubDevice{};
  std::optional<guest::GuestPath> path = config;
  for (int menus = 0; path && menus < most_menus; ++menus) {
    const auto text = tree.fs().read_text(*path);
    if (!text) {
      boot.problems.push_back({"boot.no-config", {path->str(), 0, {}}, text.error().message, true});
      return;
    }
    boot.configs.push_back(text->found.str());
    const auto next = LegacyReader{tree, *path, device, boot}.read(
        parse_grub_legacy(text->text, text->found.str()));
    if (!next) return;
    device = next->device;
    path = find_menu(tree, *next, boot);
  }
}

}  // namespace imprint::facts
