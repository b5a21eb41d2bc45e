#pragma once
// A guest held in memory: the tree as it is mounted for reading, and the disks that hold it.

#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/facts.h"
#include "guestfs/guest/memory_fs.h"
#include "guestfs/rules/engine.h"

namespace imprint::guests {

struct Guest {
  guest::MemoryFs fs;
  guest::Inventory inventory;
  std::vector<facts::MountedVolume> mounts;

  // Reading.
  facts::Boot boot();
  facts::Facts facts();
  /// What all rules say of the guest.
  rules::Judgement judge(const rules::Profile& profile = {});
  /// "rule severity" of each finding of warning or error, sorted, each once.
  std::vector<std::string> complaints(const rules::Profile& profile = {});
  /// The rules that gave reasons instead of answers, sorted, each once.
  std::vector<std::string> undetermined();
  /// The first finding of the rule; one with an empty id if it did not fire.
  Finding finding_of(std::string_view rule, const rules::Profile& profile = {});
  /// The text of a file, which must be there; links are followed.
  std::string text_of(std::string_view path);

  // Changing. Each keeps the file's mode, owner and label; a text that must be there and is not
  // fails the test that runs.
  /// Gives a file another text; makes it if it is not there.
  void write(std::string_view path, std::string text);
  /// Replaces the first such text.
  void edit(std::string_view path, std::string_view from, std::string_view to);
  /// Replaces every such text.
  void edit_all(std::string_view path, std::string_view from, std::string_view to);
  void append(std::string_view path, std::string_view text);
  void add_fstab(std::string_view line) { append("/etc/fstab", std::string{line} + "\n"); }
};

/// "rule severity" of each finding of warning or error, sorted, each once.
std::vector<std::string> complaints(const rules::Judgement& judgement);
/// The first finding of the rule; one with an empty id if there is none.
Finding finding_of(const rules::Judgement& judgement, std::string_view rule);

}  // namespace imprint::guests
