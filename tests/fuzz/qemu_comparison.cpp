// What `qemu-img info` prints, held against what the gate found.

#include "guestfs/container/gate.h"
#include "tests/fuzz/input.h"

using namespace imprint;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ContainerFacts facts;
  facts.format = "qcow2";
  facts.virtual_size = std::uint64_t{1} << 30;
  (void)container::compare_with_qemu(facts, fuzz::text_of(data, size));
  return 0;
}
