#include <algorithm>

#include "guestfs/facts/boot_readers.h"
#include "guestfs/facts/grub_machine.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

constexpr std::size_t most_entries = 1000;

bool all_digits(std::string_view text) {
  return !text.empty() && text.size() < 7 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Cuts "submenu>entry" at its first '>'; a doubled one belongs to the name.
std::string take_first(std::string& rest) {
  std::string first;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    if (rest[at] == '>' && !std::string_view{rest}.substr(at).starts_with(">>")) break;
    if (rest[at] == '>') ++at;
    first += rest[at];
  }
  rest.erase(0, std::min(rest.size(), at + 1));
  return first;
}

struct Chosen {
  std::optional<std::size_t> entry;
  bool exact = true;       ///< false: nothing is called so, the first one is taken
  bool uncertain = false;  ///< which one it is depends on the running machine
};

const GrubMenuItem* find_item(const std::vector<GrubMenuItem>& items, const std::string& name,
                              bool& uncertain) {
  if (all_digits(name)) {
    const auto index = static_cast<std::size_t>(std::stoul(name));
    if (index >= items.size()) return nullptr;
    uncertain = uncertain ||
                std::any_of(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                            [](const GrubMenuItem& item) { return item.uncertain; });
    return &items[index];
  }
  for (const GrubMenuItem& item : items)
    if (item.id == name || item.title == name) return &item;
  return nullptr;
}

Chosen choose(const std::vector<GrubMenuItem>& items, std::string spec) {
  Chosen chosen;
  if (items.empty()) return chosen;
  const std::string first = spec.empty() ? "0" : take_first(spec);
  const GrubMenuItem* item = find_item(items, first, chosen.uncertain);
  if (item == nullptr) {
    chosen.exact = false;
    item = &items.front();
    spec.clear();
  }
  if (!item->is_submenu) {
    chosen.entry = item->entry;
    return chosen;
  }
  const Chosen inner = choose(item->children, spec);
  chosen.entry = inner.entry;
  chosen.exact = chosen.exact && inner.exact;
  chosen.uncertain = chosen.uncertain || inner.uncertain;
  return chosen;
}

void add_entries(GrubMachine& machine, std::vector<GrubMenuItem>& items, Boot& boot,
                 std::vector<std::string>& undecided) {
  for (GrubMenuItem& item : items) {
    if (item.is_submenu) {
      add_entries(machine, item.children, boot, undecided);
      continue;
    }
    if (boot.entries.size() >= most_entries) return;
    GrubLoaded loaded = machine.run_entry(item);
    item.entry = boot.entries.size();
    boot.entries.push_back({item.title, item.id, item.place, std::move(loaded.kernel),
                            std::move(loaded.initrds), std::move(loaded.cmdline),
                            std::move(loaded.cmdline_place), loaded.hands_over});
    undecided.push_back(std::move(loaded.undecided));
  }
}

void choose_default(const GrubMachine& machine, const std::vector<GrubMenuItem>& menu, Boot& boot) {
  const GrubValue spec = machine.variable("default");
  const Chosen chosen = choose(menu, spec.text);
  boot.default_entry = chosen.entry;
  const Place place{boot.configs.empty() ? std::string{} : boot.configs.back(), 0, {}};
  // What could not be read to its end leaves values open; that is told where it was broken off.
  const bool broken = boot.has_problem("boot.grub2-parse");
  if ((!spec.known || chosen.uncertain) && !broken)
    boot.problems.push_back({"boot.grub2-default", place,
                             say("which entry is the default one depends on the running machine"),
                             true});
  else if (!chosen.exact && !broken && !boot.has_problem("boot.bls-none"))
    boot.problems.push_back(
        {"boot.grub2-default", place,
         say("the default entry '{}' is not in the menu, so the first one boots", spec.text)});
  const GrubValue fallback = machine.variable("fallback");
  if (!fallback.known || fallback.text.empty()) return;
  const Chosen second = choose(menu, fallback.text);
  if (second.exact && second.entry) boot.fallbacks.push_back(*second.entry);
}

/// Places a problem for the configuration files that a script names and that are not there.
void tell_missing(const GrubMachine& machine, Boot& boot) {
  for (const GrubMissingConfig& missing : machine.missing_configs()) {
    const std::string message = say("'{}' cannot be read: {}", missing.name, missing.why);
    if (missing.failed_search)
      boot.problems.push_back(
          {"boot.esp-stub-uuid", *missing.failed_search,
           say("it finds no such file system in this image, so the menu is never reached")});
    else
      boot.problems.push_back({"boot.no-config", missing.place, message, missing.undetermined});
  }
}

void take_over(const GrubMachine& machine, Boot& boot) {
  boot.problems.insert(boot.problems.end(), machine.problems().begin(), machine.problems().end());
}

}  // namespace

void read_grub2(const BootTree& tree, const guest::GuestPath& config, std::string_view platform,
                Boot& boot) {
  GrubMachine machine{tree, std::string{platform}};
  machine.run_config(config);
  std::vector<std::string> undecided;
  add_entries(machine, machine.menu(), boot, undecided);
  for (const std::string& path : machine.configs())
    if (std::find(boot.configs.begin(), boot.configs.end(), path) == boot.configs.end())
      boot.configs.push_back(path);
  take_over(machine, boot);
  if (boot.entries.empty()) tell_missing(machine, boot);
  choose_default(machine, machine.menu(), boot);
  if (boot.default_entry && !undecided[*boot.default_entry].empty())
    boot.problems.push_back({"boot.grub2-parse", boot.entries[*boot.default_entry].place,
                             undecided[*boot.default_entry], true});
}

bool check_grub2_stub(const BootTree& tree, const guest::GuestPath& config, Boot& boot) {
  GrubMachine machine{tree, "efi"};
  machine.run_config(config);
  for (const std::string& path : machine.configs()) boot.configs.push_back(path);
  if (!machine.menu().empty()) return true;
  tell_missing(machine, boot);
  return false;
}

}  // namespace imprint::facts
