// fstab(5) and crypttab(5), with what each line does at boot under each init.

#include "guestfs/facts/fstab.h"

#include <array>

#include "guestfs/guest/inventory.h"
#include "tests/fuzz/input.h"

using namespace imprint;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array inits{facts::Init::systemd,  facts::Init::mountall,
                                    facts::Init::sysvinit, facts::Init::openrc,
                                    facts::Init::busybox,  facts::Init::unknown};
  const std::string_view text = fuzz::text_of(data, size);
  const facts::FstabFacts fstab = facts::parse_fstab(text, "/etc/fstab");
  for (const facts::FstabEntry& entry : fstab.entries) {
    fuzz::require_line(entry.place.line, text);
    for (const facts::Init init : inits) {
      (void)facts::boot_role(entry, init);
      (void)facts::describe_failure(entry, init);
    }
    (void)guest::resolve_device({}, entry.spec);
  }
  for (const facts::FstabFault& fault : fstab.faults) fuzz::require_line(fault.place.line, text);
  for (const facts::CrypttabEntry& entry : facts::parse_crypttab(text, "/etc/crypttab"))
    fuzz::require_line(entry.place.line, text);
  return 0;
}
