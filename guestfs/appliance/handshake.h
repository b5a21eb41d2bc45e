#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "guestfs/appliance/foresight.h"
#include "guestfs/appliance/told_files.h"
#include "guestfs/appliance/unix_socket.h"

namespace imprint::appliance {

/// A disk or a partition of one, as the appliance's kernel sees it.
struct BlockDevice {
  std::string name;  ///< "sda", "sda1"
  unsigned disk = 0;
  unsigned partition = 0;  ///< 0: the disk itself
  std::uint64_t size = 0;  ///< bytes
};

/// A piece of a file: where it stands in the file and on its disk, in bytes.
struct Extent {
  std::uint64_t logical = 0;
  std::uint64_t physical = 0;
  std::uint64_t length = 0;
};

/// Where a file's bytes lie: without a gap, from its first byte on.
struct FileExtents {
  unsigned disk = 0;
  std::vector<Extent> extents;
};

using Values = std::map<std::string, std::string, std::less<>>;

/// What follows "extents"; nothing where that is nothing or leaves a gap. Errc::corrupt: it makes
/// no sense. Pure.
Result<std::optional<FileExtents>> parse_extents(const std::string& line);

/// What follows "probed". Errc::corrupt: it makes no sense. Pure.
Result<Values> parse_probed(const std::string& line);

/// What follows "found": in order of disks and partitions. Errc::corrupt: it makes no sense. Pure.
Result<std::vector<BlockDevice>> parse_found(const std::string& line);

/// The host's side of control_words.h. Errc::unavailable: no answer in time; corrupt: an answer
/// that only another state, or none of ours, can give. After either in an answer about what is
/// mounted nothing more is to be had (Errc::unavailable): one that comes late would be taken for
/// that to another question.
class Handshake {
 public:
  Handshake(Fd connection, std::string key)
      : stream_{std::move(connection)}, key_{std::move(key)} {}

  /// While the state is made: the appliance has done all that it can do without disks.
  Result<> await_ready(Deadline deadline);
  /// After the restore, or after leave_disks(): tells the number of disks, and believes only the
  /// state with this key that answers this very question. Returns what is on them.
  Result<std::vector<BlockDevice>> send_disks(std::size_t disks, Deadline deadline);
  /// Has everything unmounted and all disks removed. Errc::conflict: something is left of them, or
  /// the machine's kernel has complained; it must not be given other disks.
  Result<> leave_disks(Deadline deadline);
  /// Starts RAID arrays and logical volumes.
  Result<> assemble(Deadline deadline);
  /// Mounts a device in a new folder, by guestfsd's names of both; `options` are those of mount(8).
  /// False: it is not to be had so, and nothing has changed.
  Result<bool> mount(const std::string& options, const std::string& type, const std::string& device,
                     const std::string& folder, Deadline deadline);
  /// The letters of lsattr(1) of a file or folder that is mounted, by guestfsd's path; nothing if
  /// its file system has none.
  Result<std::optional<std::string>> attributes(const std::string& path, Deadline deadline);
  /// Where on its disk a file lies that is mounted, by guestfsd's path; nothing if its bytes do not
  /// lie there as they are read, or in too many pieces.
  Result<std::optional<FileExtents>> extents(const std::string& path, Deadline deadline);
  /// What lstat(2) tells of a file that is mounted, by guestfsd's path. Nothing: guestfsd
  /// may know more, as in the next two.
  Result<std::optional<Look>> look(const std::string& path, Deadline deadline);
  /// What is in a mounted folder, with what look() tells of each entry if `details` are wanted.
  Result<std::optional<std::vector<ToldEntry>>> folder(const std::string& path, bool details,
                                                       Deadline deadline);
  /// Up to `size` bytes of a mounted regular file, fewer at its end.
  Result<std::optional<std::string>> bytes(const std::string& path, std::uint64_t offset,
                                           std::size_t size, Deadline deadline);
  /// Asks in advance what the three before were asked of the last image about this mounted folder
  /// and what is in it. Whoever changes a file must ask nothing of it before.
  /// `patience`: for each few of them.
  Result<> foresee(const std::string& folder, std::chrono::seconds patience);
  /// What blkid(8) finds on a device, by its path below "/dev/"; empty if it is unsure.
  Result<Values> probe(const std::string& device, Deadline deadline);

 private:
  static Error lost_answer();
  /// All is lost until the answers have been read.
  Result<> begin(const std::string& orders);
  Result<std::string> ask(const std::string& order, Deadline deadline);
  /// A Result: of what was answered.
  template <class Answer>
  Answer check(Answer answer);
  /// What follows "told" to this question about a path.
  Result<std::optional<std::string>> ask_for_bytes(const std::string& question,
                                                   const std::string& path, Deadline deadline);
  Result<std::optional<std::string>> read_told(Deadline deadline);

  LineStream stream_;
  std::string key_;
  Foresight foresight_;
  bool lost_ = false;  ///< an answer is missing, or was none
};

}  // namespace imprint::appliance
