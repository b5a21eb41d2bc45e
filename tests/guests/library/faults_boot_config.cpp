// Faults of the loaders' own configurations.

#include "tests/guests/library/faults.h"

namespace imprint::guests {
namespace {

constexpr Severity error = Severity::error;
constexpr Severity warning = Severity::warning;

constexpr const char* debian_config = "/boot/grub/grub.cfg";
constexpr const char* legacy_config = "/boot/grub/grub.conf";
constexpr const char* rhel8_entry = "/boot/loader/entries/4f1d-4.18.0-513.el8.x86_64.conf";

std::vector<Fault> legacy_faults() {
  return {
      {"boot.config-empty", "centos6", "an empty grub.conf", error,
       [](Guest& guest) { guest.fs.file(legacy_config, ""); }},
      {"boot.grub1-parse", "centos6", "a misspelt command of an entry", error,
       [](Guest& guest) { guest.edit(legacy_config, "\tinitrd ", "\tinitrmfs "); }, legacy_config,
       11},
      {"boot.grub1-parse", "centos6", "a misspelt command before the entries", warning,
       [](Guest& guest) { guest.edit(legacy_config, "hiddenmenu", "hidenmenu"); }, legacy_config,
       7},
      {"boot.grub1-default-range", "centos6", "a default of no entry", error,
       [](Guest& guest) { guest.edit(legacy_config, "default=0", "default=3"); }, legacy_config, 4},
      {"boot.grub1-two-configs", "centos6", "menu.lst is a file of its own", warning,
       [](Guest& guest) {
         guest.fs.remove("/boot/grub/menu.lst")
             .file("/boot/grub/menu.lst", "default 0\ntitle old\n");
       }},
      {"boot.grub1-root-device", "centos6", "a partition that is not there", error,
       [](Guest& guest) { guest.edit(legacy_config, "root (hd0,0)", "root (hd0,6)"); },
       legacy_config, 9},
  };
}

std::vector<Fault> grub2_faults() {
  return {
      {"boot.no-config", "debian12_bios", "no grub.cfg", error,
       [](Guest& guest) { guest.fs.remove(debian_config); }},
      {"boot.config-empty", "ubuntu_lvm", "an empty grub.cfg", error,
       [](Guest& guest) { guest.fs.file(debian_config, ""); }, debian_config},
      {"boot.grub2-parse", "debian12_bios", "a brace too many", error,
       [](Guest& guest) {
         guest.edit(debian_config, "### END /etc/grub.d/10_linux", "}\n### END");
       },
       debian_config},
      {"boot.grub2-parse", "ubuntu_cloud", "an if without its end", error,
       [](Guest& guest) { guest.edit(debian_config, "insmod gettext\nfi", "insmod gettext\n"); },
       debian_config},
      {"boot.grub2-default", "debian12_bios", "a default of no entry", warning,
       [](Guest& guest) {
         guest.edit(debian_config, "set default=\"0\"", "set default=\"Debian GNU/Linux, gone\"");
       }},
      {"boot.grubenv-corrupt", "centos7", "an environment block that is too short", warning,
       [](Guest& guest) {
         guest.fs.file("/boot/grub2/grubenv", grubenv("saved_entry=0\n").substr(0, 900));
       },
       "/boot/grub2/grubenv"},
      {"boot.bls-none", "rhel8", "no entries", error,
       [](Guest& guest) { guest.fs.remove(rhel8_entry); }},
      {"boot.bls-none", "fedora_coreos", "no deployment's entry", error,
       [](Guest& guest) { guest.fs.remove("/boot/loader.1"); }},
      {"boot.bls-entry-invalid", "rhel8", "an entry without a kernel", error,
       [](Guest& guest) { guest.edit(rhel8_entry, "linux /vmlinuz", "linus /vmlinuz"); },
       rhel8_entry},
      {"boot.bls-kernelopts-undefined", "rhel8", "nothing defines $kernelopts", error,
       [](Guest& guest) {
         guest.fs.file("/boot/grub2/grubenv", grubenv("saved_entry=4f1d-4.18.0-513.el8.x86_64\n"));
         guest.edit("/boot/grub2/grub.cfg", "set kernelopts=", "set other=");
       }},
      {"boot.esp-stub-uuid", "debian12_lvm_uefi", "the stub looks for another UUID", error,
       [](Guest& guest) { guest.edit("/boot/efi/EFI/debian/grub.cfg", system_uuid, absent_uuid); },
       "/boot/efi/EFI/debian/grub.cfg", 1},
  };
}

std::vector<Fault> other_loader_faults() {
  return {
      {"boot.sdboot-default", "arch", "a default of no entry", warning,
       [](Guest& guest) {
         guest.fs.remove("/boot/loader/entries/memtest.conf");
         guest.edit("/boot/loader/loader.conf", "arch.conf", "other*");
       },
       "/boot/loader/loader.conf", 3},
      {"boot.extlinux", "alpine", "a default of no label", error,
       [](Guest& guest) { guest.edit("/boot/extlinux.conf", "DEFAULT menu.c32", "DEFAULT gone"); },
       "/boot/extlinux.conf"},
      {"boot.uki", "unified", "no kernel in the program", error,
       [](Guest& guest) {
         guest.fs.file("/boot/EFI/Linux/arch-linux.efi",
                       pe_image({{".osrel", "ID=arch\n"}, {".cmdline", "rw quiet"}}));
       },
       "/boot/EFI/Linux/arch-linux.efi"},
  };
}

}  // namespace

std::vector<Fault> boot_config_faults() {
  std::vector<Fault> faults = legacy_faults();
  for (const std::vector<Fault>& more : {grub2_faults(), other_loader_faults()})
    faults.insert(faults.end(), more.begin(), more.end());
  return faults;
}

}  // namespace imprint::guests
