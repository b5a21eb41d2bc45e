# The family boot.*
target_sources(imprint_rules PRIVATE
  boot_choice_rules.cpp boot_config_rules.cpp boot_file_rules.cpp boot_firmware_rules.cpp boot_grub_rules.cpp
  boot_implied_root.cpp boot_init_rules.cpp boot_initrd_rules.cpp boot_ostree_rules.cpp boot_root_rules.cpp boot_rules.cpp)
# The family drv.*
target_sources(imprint_rules PRIVATE boot_drivers.cpp driver_rules.cpp leftover_tools.cpp)
