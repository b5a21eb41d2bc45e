#pragma once
// /etc/fstab, line by line, with what each line does at boot.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/init.h"
#include "guestfs/facts/place.h"
#include "guestfs/facts/source_file.h"
#include "guestfs/guest/inventory.h"

namespace imprint::facts {

/// What a line means for the boot: what happens if it cannot be mounted.
enum class BootRole {
  root,       ///< "/": mounted already, but the remount fails and it stays read-only
  initramfs,  ///< /usr, x-initrd.mount: needed before the root is entered
  required,   ///< the boot waits, then stops in emergency mode or a repair shell
  delaying,   ///< swap, network: the boot waits and goes on
  elsewhere,  ///< x-systemd.wanted-by=, x-systemd.required-by=: other units decide
  on_access,  ///< an automount: fails when somebody enters it
  optional,   ///< nofail: tried, and nobody minds
  never,      ///< noauto: not mounted at boot
  ignored,    ///< not looked at by the guest: API file systems, autofs, no path
};

struct FstabEntry {
  Place place;
  std::string spec;  ///< octal escapes decoded, as for the others
  std::string target;
  std::string type;
  std::vector<std::string> options;  ///< in order, empty ones dropped
  int dump = 0;
  int pass = 0;
  bool malformed = false;  ///< has a FstabFault of its own: rules about its meaning leave it alone
  BootRole role = BootRole::ignored;
  guest::Resolution device;  ///< what `spec` is in this image

  /// Whether one of the options is this word.
  [[nodiscard]] bool has(std::string_view word) const;
  /// The value of the last "key=value" option.
  [[nodiscard]] std::optional<std::string> value(std::string_view key) const;
  /// Whether the last of two opposed words is the first: last_of("noauto", "auto").
  [[nodiscard]] bool last_of(std::string_view yes, std::string_view no) const;
};

/// A line, or the file, that is not written as fstab(5) says.
struct FstabFault {
  Place place;
  std::string message;
  bool harmless = false;  ///< read as it was meant all the same
};

/// One line of crypttab(5).
struct CrypttabEntry {
  Place place;
  std::string name;    ///< of the device below /dev/mapper
  std::string source;  ///< the encrypted device
  guest::Resolution device;
};

struct FstabFacts {
  SourceFile file;
  std::vector<FstabEntry> entries;  ///< of every line that names anything, malformed or not
  std::vector<FstabFault> faults;
  bool incomplete = false;  ///< the file is longer, or has more lines, than is looked at
  SourceFile crypttab_file;
  std::vector<CrypttabEntry> crypttab;

  /// The line of crypttab that makes "/dev/mapper/NAME"; null if there is none.
  [[nodiscard]] const CrypttabEntry* encrypted(std::string_view spec) const;
};

/// What the text says, as getmntent(3) reads it; roles and devices are not filled in. Never fails,
/// whatever the bytes.
FstabFacts parse_fstab(std::string_view text, const std::string& path);

/// The lines of crypttab that have a name and a source; devices are not filled in.
std::vector<CrypttabEntry> parse_crypttab(std::string_view text, const std::string& path);

/// What a guest started by `init` does with the line, after systemd's fstab-generator or the rc
/// scripts' way.
BootRole boot_role(const FstabEntry& entry, Init init);

/// What a missing device (or another failure to mount) does to the boot: "the boot waits 90 s and
/// stops in emergency mode: no login".
std::string describe_failure(const FstabEntry& entry, Init init);

/// Whether it is mounted over a network: by type, or by _netdev.
bool is_network_mount(const FstabEntry& entry);

/// Reads and parses /etc/fstab and /etc/crypttab, with roles and devices.
FstabFacts read_fstab(guest::FollowingFs& fs, const guest::Inventory& inventory, Init init);

}  // namespace imprint::facts
