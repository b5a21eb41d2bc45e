// A registry hive of Windows, and what is asked of it.

#include "guestfs/facts/registry.h"
#include "guestfs/guest/memory_fs.h"
#include "tests/fuzz/input.h"

using namespace imprint;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  guest::MemoryFs files;
  files.file("/SYSTEM", std::string{fuzz::text_of(data, size)});
  guest::FollowingFs fs{files};
  const auto hive = facts::Hive::open(fs, *guest::GuestPath::parse("/SYSTEM"));
  if (!hive) return 0;
  const facts::RegistryKey select = hive->at("Select");
  (void)select.number("Current");
  for (const std::string& name : hive->root().names()) {
    const facts::RegistryKey key = hive->at(name);
    (void)key.names();
    (void)key.text("ProductName");
    (void)key.texts("UpperFilters");
  }
  return 0;
}
