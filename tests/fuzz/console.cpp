// A serial console, and a pattern that a caller wants to see on it: up to the first line feed the
// input is the pattern, the rest is the console.

#include "agent/base/pattern.h"
#include "agent/workflows/console_text.h"
#include "tests/fuzz/input.h"

using namespace imprint;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view console = text.substr(end);
  (void)workflows::find_boot_fault(console);
  const std::string tail = workflows::printable_tail(console, 5);
  for (const char c : tail)
    fuzz::require(static_cast<unsigned char>(c) >= 0x20, "an error's text has no controls");
  if (const auto pattern = Pattern::compile(std::string{text.substr(0, end)}))
    (void)workflows::shows(console, *pattern);
  return 0;
}
