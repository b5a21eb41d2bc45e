// Kernels as files: a Linux image of any architecture, or a unified one, which is a PE program.

#include "guestfs/facts/kernel_image.h"
#include "guestfs/facts/kernel_modules.h"
#include "guestfs/facts/unified_kernel.h"
#include "guestfs/guest/memory_fs.h"
#include "tests/fuzz/input.h"

using namespace imprint;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  guest::MemoryFs files;
  files.file("/kernel", std::string{fuzz::text_of(data, size)});
  guest::FollowingFs fs{files};
  const guest::GuestPath path = *guest::GuestPath::parse("/kernel");
  (void)facts::read_kernel_image(fs, path);
  (void)facts::read_pe(fs, path);
  (void)facts::read_kernel_version(fs, path.str());
  return 0;
}
