# The boot chain.
target_sources(imprint_facts PRIVATE
  bls.cpp boot.cpp boot_firmware.cpp boot_tree.cpp extlinux.cpp extlinux_boot.cpp grub2_boot.cpp
  grub_commands.cpp grub_device.cpp grub_file_commands.cpp grub_legacy.cpp grub_legacy_boot.cpp
  grub_lexer.cpp grub_machine.cpp grub_menu.cpp grub_parser.cpp grub_search.cpp grub_test.cpp
  grub_values.cpp grubenv.cpp kernel_cmdline.cpp kernel_image.cpp systemd_boot.cpp unified_kernel.cpp)
