#pragma once
// One file of a guest as it was found, whatever it is: every fact begins with one of these.

#include <string>
#include <string_view>

#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

struct SourceFile {
  enum class State {
    absent,      ///< nothing of that name
    dangling,    ///< a link that leads nowhere inside the guest, or in a circle
    wrong_type,  ///< a folder, FIFO, socket or device: never opened
    read,        ///< a regular file; `text` holds it
    unreadable,  ///< it could not be looked at: `why`. Rules answer undetermined
  };

  std::string path;  ///< as it was asked for
  State state = State::absent;
  std::string found;      ///< where the links led, when read
  bool is_link = false;   ///< the path itself is a link
  std::string link_text;  ///< of that link
  guest::FileInfo info;   ///< of the file found
  std::string text;       ///< at most FollowingFs::text_limit bytes
  bool cut = false;       ///< the file is longer than that
  std::string why;        ///< when unreadable

  [[nodiscard]] bool is_read() const noexcept { return state == State::read; }
  [[nodiscard]] bool is_unreadable() const noexcept { return state == State::unreadable; }
};

/// Looks at one file, following its links inside the guest. Never fails: what went wrong is in the
/// state.
SourceFile read_source(guest::FollowingFs& fs, std::string_view path);

/// Whether a look failed by what the guest is (no such file, a path that leads nowhere), and not
/// because it could not be looked at.
bool is_of_the_guest(Errc code) noexcept;

/// "'/etc/x' is missing", "'/etc/x' is a link to 'y', which leads nowhere", "'/etc/x' is a folder,
/// not a file": for messages.
std::string describe_state(const SourceFile& file);

}  // namespace imprint::facts
