#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "agent/base/owned.h"
#include "guestfs/appliance/handshake.h"
#include "guestfs/appliance/qmp.h"

struct nbd_handle;
extern "C" void nbd_close(nbd_handle*);

namespace imprint::guest {

/// Reads big files of a restored appliance past it: the appliance's kernel says where on the disk
/// they lie, and QEMU's block layer, which is not emulated, hands those bytes out over NBD. They
/// are those that the kernel itself would get, for both read through the same overlay. Not
/// thread-safe.
class DirectReader {
 public:
  /// A file that is smaller is read as fast by guestfsd.
  static constexpr std::size_t worth_it = std::size_t{128} << 10;

  /// `folder`: where the socket goes; short, private and writable.
  DirectReader(appliance::Handshake& control, appliance::Monitor& monitor,
               const std::filesystem::path& folder)
      : control_{control}, monitor_{monitor}, socket_{folder / "disks"} {}

  /// The machine's disks in their order, by the numbers that the monitor knows them by.
  void know(std::vector<std::size_t> disks) { disks_ = std::move(disks); }

  /// All bytes of that range of a mounted file, by guestfsd's path, which must be a regular file
  /// and no shorter. Nothing: it cannot be read this way; guestfsd may.
  std::optional<std::string> read(const std::string& path, std::uint64_t offset, std::size_t size);

  /// Lets go of the disks, so that they can be taken away.
  Result<> let_go();

 private:
  using Connection = Owned<nbd_handle, nbd_close>;

  struct Mapped {
    std::string path;
    std::optional<appliance::FileExtents> place;
  };

  const std::optional<appliance::FileExtents>& place_of(const std::string& path);
  nbd_handle* connect(unsigned disk);

  appliance::Handshake& control_;
  appliance::Monitor& monitor_;
  std::filesystem::path socket_;
  std::vector<std::size_t> disks_;
  std::map<unsigned, Connection> connections_;
  std::optional<Mapped> last_;  ///< big files are read in pieces
  bool shown_ = false;
};

}  // namespace imprint::guest
