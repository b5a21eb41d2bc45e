#include "plugins/libvirt/accelerate.h"

namespace imprint::libvirt {
namespace {

Result<Accelerator> probe(const Settings& settings) {
  if (settings.uri.starts_with("test:"))
    return Accelerator{"tcg", "libvirt's test driver runs no guest"};
  const std::filesystem::path kernel = TRY(find_host_kernel());
  const std::filesystem::path cache = settings.state_folder.empty()
                                          ? std::filesystem::temp_directory_path()
                                          : settings.state_folder;
  return probe_accelerator(kernel, cache);
}

}  // namespace

Accelerator choose_accelerator(const Settings& settings) {
  if (settings.accelerator == AcceleratorChoice::kvm) return {"kvm", "chosen by the configuration"};
  if (settings.accelerator == AcceleratorChoice::tcg) return {"tcg", "chosen by the configuration"};
  Result<Accelerator> found = probe(settings);
  if (found) return std::move(*found);
  return {"tcg", fmt::format("KVM could not be tried: {}", found.error().message)};
}

}  // namespace imprint::libvirt
