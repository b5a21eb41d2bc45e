# The family boot.*
target_sources(imprint_rules PRIVATE
  boot_config_rules.cpp boot_file_rules.cpp boot_firmware_rules.cpp boot_root_rules.cpp boot_rules.cpp)
