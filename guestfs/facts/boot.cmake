# The boot chain.
target_sources(imprint_facts PRIVATE
  bls.cpp boot.cpp boot_firmware.cpp boot_tree.cpp extlinux.cpp extlinux_boot.cpp grub2_boot.cpp
  grub_commands.cpp grub_device.cpp grub_file_commands.cpp grub_flow.cpp grub_legacy.cpp grub_legacy_boot.cpp
  grub_lexer.cpp grub_machine.cpp grub_menu.cpp grub_parser.cpp grub_search.cpp grub_test.cpp
  grub_values.cpp grubenv.cpp kernel_cmdline.cpp kernel_image.cpp ostree.cpp systemd_boot.cpp unified_kernel.cpp)
# The default kernel's drivers, and its initramfs.
target_sources(imprint_facts PRIVATE
  cpio.cpp initramfs.cpp initramfs_content.cpp kernel_modules.cpp read_initramfs.cpp read_kernel_modules.cpp
  unpack.cpp)
target_link_libraries(imprint_facts PRIVATE ZLIB::ZLIB BZip2::BZip2 LibLZMA::LibLZMA PkgConfig::ZSTD PkgConfig::LZ4)
