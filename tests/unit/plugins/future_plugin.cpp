#include <cstdint>
#include <cstdlib>

// Speaks a later version of the interface, whose entry begins alike and goes on differently.
extern "C" __attribute__((visibility("default"))) const struct {
  std::uint32_t abi;
  void (*create)();
} imprint_plugin{9999, std::abort};
