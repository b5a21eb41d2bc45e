// The container gate: any bytes as a disk image. The first byte says how much larger than its bytes
// the file claims to be, since sparse files reach far.

#include "guestfs/container/gate.h"
#include "tests/fuzz/input.h"
#include "tests/support/memory_source.h"

using namespace imprint;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  const std::uint8_t choice = fuzz::choice_of(text);
  const auto bytes = fuzz::bytes_of(data + (size - text.size()), text.size());
  const std::uint64_t hole = (choice & 0x1fU) == 0 ? 0 : std::uint64_t{1} << (choice & 0x1fU);
  test::MemorySource source{bytes, bytes.size() + hole};
  const bool declared = (choice & 0x80U) != 0;
  const auto report =
      container::judge(source, declared ? std::optional<std::string>{"raw"} : std::nullopt);
  fuzz::require(!report.container.format.empty() || !report.findings.empty(),
                "a format is named, or a finding says why none is");
  // Tables are read in pieces with a budget; some of them twice, to compare copies.
  fuzz::require(source.bytes_read() <= (std::uint64_t{1} << 30), "what is read is bounded");
  return 0;
}
