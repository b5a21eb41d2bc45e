#include "guestfs/rules/boot_rules.h"

namespace imprint::rules {

std::span<const Rule> boot_rules() {
  static const std::vector<Rule> rules = [] {
    std::vector<Rule> all;
    for (const std::span<const Rule> part :
         {boot_config_rules(), boot_file_rules(), boot_initrd_rules(), boot_root_rules(),
          boot_init_rules(), boot_ostree_rules(), boot_choice_rules(), boot_firmware_rules(),
          boot_grub_rules()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return rules;
}

const facts::BootEntry* chosen_kernel(const Context& context) {
  const facts::BootEntry* entry = context.facts.boot.default_or_null();
  return entry != nullptr && entry->kernel ? entry : nullptr;
}

}  // namespace imprint::rules
