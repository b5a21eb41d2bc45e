// An initramfs: archives and packed archives in any order.

#include "guestfs/facts/initramfs.h"

#include "tests/fuzz/input.h"

using namespace imprint;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  facts::InitramfsSource source;
  source.size = text.size();
  source.read = [text](std::uint64_t offset, std::size_t count) -> Result<std::string> {
    if (offset >= text.size()) return std::string{};
    return std::string{text.substr(static_cast<std::size_t>(offset), count)};
  };
  facts::InitramfsBudget budget;
  budget.output = std::uint64_t{8} << 20U;  // bombs are cut off early: their length says nothing
  facts::InitramfsContent content;
  const facts::InitramfsFile file = facts::walk_initramfs(source, budget, content);
  fuzz::require((file.state == facts::InitramfsFile::State::whole) == file.why.empty(),
                "what is not whole says why");
  return 0;
}
