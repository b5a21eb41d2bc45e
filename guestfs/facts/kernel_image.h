#pragma once

#include <string>

#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

/// What the first bytes of a kernel file say.
struct KernelImage {
  std::string fault;    ///< why no loader starts it; empty: nothing speaks against it
  std::string version;  ///< "6.1.0-18-amd64", where the header tells it
};

/// Knows the x86 boot protocol, EFI programs, ELF, arm64 images and compressed ones. Errors as of
/// GuestFs.
Result<KernelImage> read_kernel_image(guest::FollowingFs& fs, const guest::GuestPath& path);

}  // namespace imprint::facts
