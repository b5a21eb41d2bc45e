// GRUB's own files, and where on the disk it lies.

#include <algorithm>
#include <array>

#include "guestfs/facts/boot_tree.h"
#include "guestfs/facts/source_file.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::Boot;
using facts::Loader;
using facts::SourceFile;
using facts::TextLine;

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 &&
         word.substr(0, equals).find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
             std::string_view::npos;
}

/// Splits into words as a shell does; a command substitution is quoted as a whole. `quote` is what
/// is open at the start, and afterwards at the end.
std::vector<std::string> shell_words(std::string_view line, char& quote) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      words.back() += line[++i];
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
      words.back() += c;
    } else if (c == '"' || c == '\'' || c == '`' || (c == '(' && words.back().ends_with('$'))) {
      quote = c == '(' ? ')' : c;
      words.back() += c;
    } else if (c == '#' && words.back().empty()) {
      break;
    } else if (c == ' ' || c == '\t' || c == ';') {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

void judge_default_grub(const SourceFile& file, Answer& answer) {
  const std::vector<TextLine> lines = facts::split_lines(file.text);
  char quote = '\0';
  const TextLine* opened = nullptr;
  for (const TextLine& line : lines) {
    const bool continues = quote != '\0' || line.text.ends_with('\\') ||
                           (&line != lines.data() && (&line)[-1].text.ends_with('\\'));
    const std::vector<std::string> words = shell_words(line.text, quote);
    if (quote != '\0' && !continues) opened = &line;
    const bool setting =
        !words.empty() && words.front().starts_with("GRUB_") && is_assignment(words.front());
    const bool more = std::any_of(words.begin(), words.end(),
                                  [](const std::string& word) { return !is_assignment(word); });
    if (setting && more && !continues)
      answer.fired.push_back(
          evidence_at(facts::place_of(file.path, line),
                      say("behind the value stands more: the shell runs that as a command")));
  }
  if (quote != '\0' && opened != nullptr)
    answer.fired.push_back(evidence_at(facts::place_of(file.path, *opened),
                                       say("the quote that opens here is never closed")));
  else if (!lines.empty() && !lines.back().ended && answer.fired.empty())
    answer.fired.push_back(
        evidence_at(facts::place_of(file.path, lines.back()),
                    say("the last line does not end: what a tool appends joins it")));
}

Answer default_grub(const Context& context) {
  if (context.facts.boot.loader != Loader::grub2) return Answer::not_applied();
  const SourceFile file = facts::read_source(context.fs, "/etc/default/grub");
  if (file.is_unreadable()) return unreadable(file);
  if (!file.is_read() || file.cut) return Answer::not_applied();
  Answer answer;
  judge_default_grub(file, answer);
  return answer;
}

/// An image that BIOS and UEFI both start, whose vendor folder holds a whole menu of its own
/// instead of a few lines that lead to the one below /boot.
Answer efi_overwrite(const Context& context) {
  const Boot& boot = context.facts.boot;
  if (boot.loader != Loader::grub2 || !boot.starts_by("bios") || !boot.starts_by("uefi"))
    return Answer::not_applied();
  const facts::BootTree tree{context.fs, context.inventory, context.facts.mounts};
  Answer answer;
  for (const guest::GuestPath& esp : tree.efi_mounts()) {
    const auto efi = tree.find_without_case(esp, "EFI");
    const auto vendors =
        efi ? context.fs.list(*efi) : Result<std::vector<guest::FolderEntry>>{Error{}};
    if (!vendors) continue;
    for (const guest::FolderEntry& vendor : *vendors) {
      const auto path = tree.find_without_case(*efi / vendor.name, "grub.cfg");
      if (!path) continue;
      const SourceFile file = facts::read_source(context.fs, path->str());
      const bool menu = file.text.find("menuentry ") != std::string::npos ||
                        file.text.find("blscfg") != std::string::npos;
      if (menu && file.text.find("configfile") == std::string::npos)
        answer.fired.push_back(evidence_of(
            path->str(),
            say("it holds a menu of its own, which updates of the other do not reach")));
    }
  }
  return answer;
}

constexpr std::string_view esp_type = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
constexpr std::string_view bios_boot_type = "21686148-6449-6e6f-744e-656564454649";

/// Where the boot sector finds the rest of GRUB (grub-core/boot/i386/pc/boot.S); 0: not known.
std::uint64_t core_offset(const guest::DiskTable& disk) {
  constexpr std::size_t kernel_sector_at = 0x5c;
  constexpr std::uint64_t sector = 512;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8 && kernel_sector_at + i < disk.boot_sector.size(); ++i)
    value |= std::uint64_t{static_cast<unsigned char>(disk.boot_sector[kernel_sector_at + i])}
             << (8 * i);
  return value < disk.size / sector ? value * sector : 0;
}

bool lies_in_a_partition(const guest::Inventory& inventory, std::uint64_t offset) {
  return std::any_of(
      inventory.volumes.begin(), inventory.volumes.end(), [&](const guest::Volume& volume) {
        return volume.kind == guest::Volume::Kind::partition && volume.disk == 0 &&
               offset >= volume.start && offset - volume.start < volume.size && volume.start > 0;
      });
}

Answer no_bios_boot(const Context& context) {
  const Boot& boot = context.facts.boot;
  const guest::Inventory& inventory = context.inventory;
  if (boot.loader != Loader::grub2 || boot.starts_by("uefi") || inventory.disks.empty() ||
      inventory.disks.front().table != guest::TableType::gpt)
    return Answer::not_applied();
  const guest::DiskTable& disk = inventory.disks.front();
  const bool there = std::any_of(
      inventory.volumes.begin(), inventory.volumes.end(), [](const guest::Volume& volume) {
        // With an EFI system partition the image may well be started without BIOS.
        return volume.part_type == bios_boot_type || volume.part_type == esp_type;
      });
  if (there || disk.boot_sector.empty()) return Answer::clean();
  const std::uint64_t core = core_offset(disk);
  // Listed block by block, GRUB may lie within a file system.
  if (core != 0 && lies_in_a_partition(inventory, core)) return Answer::clean();
  constexpr std::uint64_t end_of_table = std::uint64_t{34} * 512;
  Answer answer;
  answer.fired.push_back(evidence_of(
      {},
      say("{} has a GPT, but no partition of the type that GRUB lies in for BIOS", disk.device)));
  if (core >= end_of_table) {
    answer.fired.back().severity = Severity::warning;
    answer.fired.back().effect =
        say("GRUB lies outside all partitions, where anything may overwrite it");
  }
  return answer;
}

/// With BIOS GRUB reads the link on the file system of /boot, and cannot follow it out of there.
Answer environment_link(const Context& context) {
  const Boot& boot = context.facts.boot;
  if (boot.loader != Loader::grub2 || !boot.starts_by("bios")) return Answer::not_applied();
  const facts::BootTree tree{context.fs, context.inventory, context.facts.mounts};
  Answer answer;
  for (const char* name : {"/boot/grub2/grubenv", "/boot/grub/grubenv"}) {
    const SourceFile file = facts::read_source(context.fs, name);
    if (!file.is_link || file.link_text.find("efi") == std::string::npos) continue;
    const auto found = guest::GuestPath::parse(file.found);
    const auto esps = tree.efi_mounts();
    const bool outside = file.is_read() && found &&
                         std::any_of(esps.begin(), esps.end(),
                                     [&](const auto& esp) { return found->is_below(esp); });
    if (!outside) continue;
    answer.fired.push_back(evidence_of(
        name, say("it is a link to '{}' on another file system, where GRUB cannot follow",
                  file.link_text)));
  }
  return answer;
}

constexpr std::array<Rule, 4> rules{{
    {"boot.bios-gpt-no-biosboot", Severity::error, "GRUB for BIOS has a place on a GPT disk",
     "the boot sector finds the rest of GRUB missing and stops",
     "make a partition of type 'BIOS boot' and run grub-install", no_bios_boot},
    {"boot.grubenv-symlink-bios", Severity::warning, "GRUB for BIOS can read its environment block",
     "GRUB starts without the settings saved there, such as the entry to boot",
     "replace the link by a copy of the file", environment_link},
    {"boot.default-grub-syntax", Severity::warning, "/etc/default/grub follows the shell's syntax",
     "the next time that GRUB's configuration is generated, it fails or lacks the setting",
     "correct the line", default_grub},
    {"boot.grubcfg-efi-overwrite", Severity::info, "BIOS and UEFI read the same menu",
     "started by UEFI, the machine may boot an old kernel", "generate both configurations again",
     efi_overwrite},
}};

}  // namespace

std::span<const Rule> boot_grub_rules() {
  return rules;
}

}  // namespace imprint::rules
