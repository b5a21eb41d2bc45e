#pragma once
// SELinux as the guest's configuration and kernel command line set it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/boot.h"
#include "guestfs/facts/place.h"
#include "guestfs/facts/source_file.h"

namespace imprint::facts {

enum class SelinuxMode { disabled, permissive, enforcing };

std::string_view to_string(SelinuxMode mode) noexcept;

/// A value as it was written, the blanks around it taken off.
struct SelinuxSetting {
  std::string value;
  Place place;
};

/// The text of /etc/selinux/config, as libselinux reads it.
struct SelinuxConfig {
  std::vector<SelinuxSetting> modes;   ///< every line SELINUX=, in order
  std::optional<SelinuxSetting> type;  ///< the last SELINUXTYPE=

  /// The line that counts: the first whose word libselinux knows. Null if there is none.
  [[nodiscard]] const SelinuxSetting* deciding() const;
  /// The mode of that line.
  [[nodiscard]] std::optional<SelinuxMode> mode() const;
};

/// The mode that a value begins with, whatever its case and whatever follows; nothing for other
/// words.
std::optional<SelinuxMode> parse_selinux_mode(std::string_view value);

/// Whether the guest's kernel starts SELinux at all.
enum class Activation { yes, no, unknown };

struct SelinuxFacts {
  SourceFile file;
  SelinuxConfig config;
  std::string policy_type;            ///< SELINUXTYPE, or libselinux's default "targeted"
  bool policy_folder = false;         ///< /etc/selinux/TYPE is there
  std::vector<std::string> policies;  ///< the binary policies in it
  bool file_contexts = false;         ///< contexts/files/file_contexts is there
  Activation activation = Activation::unknown;
  std::string activation_reason;  ///< what decided: "the kernel command line says 'selinux=0'"
  std::optional<SelinuxMode>
      mode_at_boot;  ///< configuration and kernel command line together; nothing: unknown word
  std::vector<std::string>
      unlabelled;            ///< of a few files that every boot needs: those without a usable label
  bool autorelabel = false;  ///< /.autorelabel is there: the first boot labels everything
  std::vector<std::string> unknown;  ///< what could not be read, and why
};

/// Never fails, whatever the bytes.
SelinuxConfig parse_selinux_config(std::string_view text, const std::string& path);

/// `boot`: for the command line and the kernel of the default entry. `family_activates`: what the
/// distribution's kernels do by default, used where the guest has no /boot/config-* to read.
SelinuxFacts read_selinux(guest::FollowingFs& fs, const Boot& boot, Activation family_activates);

}  // namespace imprint::facts
