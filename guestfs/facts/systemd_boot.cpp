#include <fnmatch.h>

#include <algorithm>

#include "guestfs/facts/bls.h"
#include "guestfs/facts/boot_readers.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/facts/unified_kernel.h"
#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::GuestPath;

namespace {

constexpr std::size_t most_kernels = 200;

struct LoaderSetting {
  std::string value;
  Place place;
};

/// The last `key` line of loader.conf.
std::optional<LoaderSetting> setting(std::string_view text, const std::string& path,
                                     std::string_view key) {
  std::optional<LoaderSetting> result;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::vector<std::string> words = split_words(line);
    if (words.size() >= 2 && words[0] == key)
      result = LoaderSetting{words[1], {path, number, std::string{line}}};
  }
  return result;
}

/// The end of the names "PREFIX*.efi" in a folder, if it is the same for all: "x64".
std::string common_suffix(const BootTree& tree, const GuestPath& folder, std::string_view prefix) {
  std::string suffix;
  const auto listing = tree.fs().list(folder);
  if (!listing) return {};
  for (const guest::FolderEntry& file : *listing) {
    const std::string_view name = file.name;
    const std::size_t ends = name.size() < 4 ? 0 : name.size() - 4;
    if (ends <= prefix.size() || !same_without_case(name.substr(0, prefix.size()), prefix) ||
        !same_without_case(name.substr(ends), ".efi"))
      continue;
    const std::string_view found = name.substr(prefix.size(), ends - prefix.size());
    if (!suffix.empty() && !same_without_case(suffix, found)) return {};
    suffix = found;
  }
  return suffix;
}

/// The machine that systemd-boot is built for, as entries name it; empty if its name does not tell.
std::string machine_of_loader(const BootTree& tree, std::span<const GuestPath> roots) {
  using Names = std::pair<std::string_view, std::string_view>;
  for (const auto& [folder, prefix] :
       {Names{"EFI/systemd", "systemd-boot"}, Names{"EFI/BOOT", "BOOT"}})
    for (const GuestPath& root : roots)
      if (const auto path = tree.find_without_case(root, folder))
        if (std::string machine = common_suffix(tree, *path, prefix); !machine.empty())
          return machine;
  return {};
}

/// systemd-boot does not list such entries.
bool is_for_another_machine(const BlsEntry& entry, const std::string& machine) {
  return !machine.empty() &&
         std::any_of(entry.architectures.begin(), entry.architectures.end(),
                     [&](const std::string& each) { return !same_without_case(each, machine); });
}

/// A line of the menu: what it is sorted by, and what it boots.
struct MenuLine {
  BlsEntry key;
  BootEntry entry;
};

/// An entry that names a program: a unified kernel is read, anything else is handed over to.
BootEntry program_of(const BootTree& tree, const BlsEntry& source, std::size_t volume, Boot& boot) {
  BootEntry entry;
  const BootFile file =
      tree.boot_file({volume, source.efi->text}, source.efi->text, source.efi->place);
  const auto path = guest::GuestPath::parse(file.path);
  const auto image = file.match == guest::Match::found && path ? read_pe(tree.fs(), *path)
                                                               : Result<UnifiedKernel>{Error{}};
  entry.hands_over = !image || !image->has(".linux");
  if (!entry.hands_over) entry = read_unified_kernel(tree, *path, boot).entry;
  return entry;
}

BootEntry entry_of(const BootTree& tree, const BlsEntry& source, std::size_t volume, Boot& boot) {
  BootEntry entry;
  if (source.linux)
    entry.kernel =
        tree.boot_file({volume, source.linux->text}, source.linux->text, source.linux->place);
  else
    entry = program_of(tree, source, volume, boot);
  entry.title = source.title.empty() ? source.id : source.title;
  entry.id = source.id + ".conf";
  entry.place = {source.file, 1, {}};
  for (const BlsValue& initrd : source.initrds)
    entry.initrds.push_back(tree.boot_file({volume, initrd.text}, initrd.text, initrd.place));
  if (source.options.empty()) {
    if (entry.cmdline.empty()) entry.cmdline_place = entry.place;
    return entry;
  }
  entry.cmdline.clear();
  entry.cmdline_place = source.options.front().place;
  for (const BlsValue& options : source.options) {
    if (!entry.cmdline.empty()) entry.cmdline += ' ';
    entry.cmdline += options.text;
  }
  return entry;
}

/// What entries are looked at for.
struct Wish {
  std::string id;       ///< that loader.conf asks for; empty: none
  std::string machine;  ///< that they must be for; empty: any
};

void add_entries(const BootTree& tree, const GuestPath& root, const Wish& wish,
                 std::vector<MenuLine>& menu, Boot& boot) {
  const auto folder = tree.find_without_case(root, "loader/entries");
  if (!folder) return;
  const auto volume = tree.on_volume(*folder);
  for (BlsEntry& entry : read_bls_folder(tree, *folder, boot.problems)) {
    if (is_for_another_machine(entry, wish.machine)) continue;
    const std::string fault = bls_fault(entry);
    if (fault.empty()) {
      BootEntry line =
          entry_of(tree, entry, volume ? volume->volume : tree.inventory().volumes.size(), boot);
      menu.push_back({std::move(entry), std::move(line)});
      continue;
    }
    const bool chosen = entry.id + ".conf" == wish.id || entry.id == wish.id;
    boot.problems.push_back({"boot.bls-entry-invalid",
                             {entry.file, 0, {}},
                             fault,
                             false,
                             chosen ? std::nullopt : std::optional{Severity::warning}});
  }
}

void add_unified_kernels(const BootTree& tree, const GuestPath& root, std::vector<MenuLine>& menu,
                         Boot& boot) {
  const auto folder = tree.find_without_case(root, "EFI/Linux");
  if (!folder) return;
  const auto listing = tree.fs().list(*folder);
  if (!listing) return;
  std::size_t count = 0;
  for (const guest::FolderEntry& file : *listing) {
    if (file.name.size() < 4 || file.type == guest::FileType::folder ||
        !same_without_case(file.name.substr(file.name.size() - 4), ".efi"))
      continue;
    if (++count > most_kernels) return;
    UnifiedEntry unified = read_unified_kernel(tree, *folder / file.name, boot);
    // Attempts are counted in the name, as those of text entries are.
    BlsEntry key = parse_bls_entry({}, file.name.substr(0, file.name.size() - 4));
    key.id += ".efi";
    key.sort_key = std::move(unified.sort_key);
    key.version = std::move(unified.version);
    menu.push_back({std::move(key), std::move(unified.entry)});
  }
}

void choose_default(const std::optional<LoaderSetting>& wanted, Boot& boot) {
  if (boot.entries.empty()) return;
  boot.default_entry = 0;
  if (!wanted || wanted->value.starts_with('@') || wanted->value.starts_with("auto-")) return;
  const std::string pattern = wanted->value;
  for (std::size_t i = 0; i < boot.entries.size(); ++i) {
    const std::string& id = boot.entries[i].id;
    if (::fnmatch(pattern.c_str(), id.c_str(), FNM_CASEFOLD) != 0 &&
        ::fnmatch((pattern + ".conf").c_str(), id.c_str(), FNM_CASEFOLD) != 0)
      continue;
    boot.default_entry = i;
    return;
  }
  if (boot.has_problem("boot.bls-entry-invalid")) return;
  boot.problems.push_back({"boot.sdboot-default", wanted->place,
                           say("no entry is called '{}', so the first one boots", pattern)});
}

}  // namespace

void read_systemd_boot(const BootTree& tree, std::span<const GuestPath> roots, Boot& boot) {
  std::optional<LoaderSetting> wanted;
  for (const GuestPath& root : roots) {
    const auto path = tree.find_without_case(root, "loader/loader.conf");
    const auto text = path ? tree.fs().read_text(*path) : Result<guest::TextFile>{Error{}};
    if (!text) continue;
    boot.configs.push_back(text->found.str());
    wanted = setting(text->text, text->found.str(), "default");
    break;
  }
  std::vector<MenuLine> menu;
  const Wish wish{wanted ? wanted->value : std::string{}, machine_of_loader(tree, roots)};
  for (const GuestPath& root : roots) add_entries(tree, root, wish, menu, boot);
  for (const GuestPath& root : roots) add_unified_kernels(tree, root, menu, boot);
  std::stable_sort(menu.begin(), menu.end(), [](const MenuLine& a, const MenuLine& b) {
    return is_listed_before(a.key, b.key);
  });
  for (MenuLine& line : menu) boot.entries.push_back(std::move(line.entry));
  choose_default(wanted, boot);
}

}  // namespace imprint::facts
