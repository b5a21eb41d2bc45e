// Lines of fstab and crypttab whose devices are not there.

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"
#include "guestfs/repair/repairs.h"

namespace imprint::repair {
namespace {

using facts::BootRole;
using facts::FstabEntry;
using guest::GuestPath;

// What is written into the guest does not depend on who reads the report.
constexpr const char* dead_device =
    "Made a comment by imprint: no machine of this image has the device.";
constexpr const char* dead_source =
    "Made a comment by imprint: its source was on a device that no machine of this image has.";

/// What the guest cannot do without, or is not itself without.
bool is_needed(const FstabEntry& entry) {
  constexpr std::array<std::string_view, 11> folders{"usr", "etc",   "boot", "efi",  "bin", "sbin",
                                                     "lib", "lib64", "dev",  "proc", "sys"};
  constexpr std::array<std::string_view, 5> exactly{"/", "/run", "/var", "/var/lib", "/var/log"};
  if (entry.role == BootRole::root || entry.role == BootRole::initramfs) return true;
  if (std::ranges::find(exactly, entry.target) != exactly.end()) return true;
  const auto target = GuestPath::parse(entry.target);
  return target && std::ranges::any_of(folders, [&](std::string_view folder) {
           return target->is_below(GuestPath{} / folder);
         });
}

const FstabEntry* entry_or_null(const Draft& draft, int line) {
  for (const FstabEntry& entry : draft.facts().fstab.entries)
    if (entry.place.line == line && !entry.malformed) return &entry;
  return nullptr;
}

void keep_needed(Draft& draft, const Finding& finding, const FstabEntry& entry) {
  draft.keep(finding,
             say("the guest needs '{}': name a device that the image holds", entry.target));
}

/// Bind mounts of what lay on the device stop the boot once their source is not there.
void comment_out_binds(Draft& draft, const Finding& finding, const FstabEntry& gone) {
  const auto folder = GuestPath::parse(gone.target);
  if (!folder || gone.type == "swap") return;
  const facts::FstabFacts& fstab = draft.facts().fstab;
  for (const FstabEntry& entry : fstab.entries) {
    const auto source = GuestPath::parse(entry.spec);
    const bool binds = entry.has("bind") || entry.has("rbind");
    if (entry.malformed || !binds || !source || !source->is_below(*folder) || is_needed(entry))
      continue;
    if (const auto there = draft.fs().exists(*source); !there || *there) continue;
    draft.comment_out(finding, fstab.file, entry.place.line, dead_source,
                      say("what line {} mounts comes from that device", entry.place.line));
  }
}

bool comment_out(Draft& draft, const Finding& finding, const FstabEntry& entry) {
  const bool done = draft.comment_out(
      finding, draft.facts().fstab.file, entry.place.line, dead_device,
      say("line {} mounts a device that no machine of this image has", entry.place.line));
  if (done) comment_out_binds(draft, finding, entry);
  return done;
}

}  // namespace

void comment_out_fstab_line(Draft& draft, const Finding& finding) {
  const FstabEntry* entry = finding.line ? entry_or_null(draft, *finding.line) : nullptr;
  if (entry == nullptr || finding.path != draft.facts().fstab.file.path)
    return draft.keep(finding, say("there is no safe repair of it"));
  if (is_needed(*entry)) return keep_needed(draft, finding, *entry);
  // A data disk of the guest's own does not lie on the disk that machines get, whoever misses it.
  if (finding.severity == Severity::info && finding.rule != "fstab.data-disk-mount")
    return draft.keep(finding, say("nobody waits for the device, which a machine may well have"));
  comment_out(draft, finding, *entry);
}

void comment_out_crypttab_line(Draft& draft, const Finding& finding) {
  const facts::FstabFacts& fstab = draft.facts().fstab;
  std::vector<const FstabEntry*> users;
  for (const FstabEntry& entry : fstab.entries) {
    const facts::CrypttabEntry* encrypted = fstab.encrypted(entry.spec);
    if (entry.malformed || encrypted == nullptr || encrypted->place.line != finding.line) continue;
    if (is_needed(entry)) return keep_needed(draft, finding, entry);
    users.push_back(&entry);
  }
  if (!finding.line || users.empty())
    return draft.keep(finding, say("there is no safe repair of it"));
  for (const FstabEntry* entry : users)
    if (!comment_out(draft, finding, *entry)) return;
  draft.comment_out(finding, fstab.crypttab_file, *finding.line, dead_device,
                    say("line {} opens a device that no machine of this image has", *finding.line));
}

}  // namespace imprint::repair
