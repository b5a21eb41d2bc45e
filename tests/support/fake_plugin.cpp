// The example of docs/writing-a-plugin.md: a whole plugin.
#include "plugins/plugin.h"
#include "tests/support/fake_hypervisor.h"

namespace {

imprint::Result<std::unique_ptr<imprint::Hypervisor>> create(
    const imprint::PluginSettings& settings) {
  for (const auto& [key, value] : settings)
    if (key != "state_folder")
      return imprint::make_error(imprint::Errc::invalid, "unknown setting '{}'", key);
  return std::unique_ptr<imprint::Hypervisor>{new imprint::test::FakeHypervisor};
}

}  // namespace

IMPRINT_PLUGIN("fake", create);
