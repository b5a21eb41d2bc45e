// Systems whose command line has no root=.

#include <gmock/gmock.h>

#include <sstream>

#include "tests/guests/library/guests.h"
#include "tests/guests/library/initramfs.h"

namespace imprint::guests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* config = "/boot/grub/grub.cfg";
constexpr const char* initrd = "/boot/initrd.img-6.1.0-18-amd64";
constexpr const char* root_word = "root=UUID=1f5e0f3c-8e57-4b6b-a2f3-5d3f0e9b7a11 ";

/// A guest of dracut, whose initramfs holds the drivers and that command line.
Guest with_dracut_cmdline(const std::string& text) {
  Guest guest = debian12_bios();
  guest.edit_all(config, root_word, "");
  std::vector<ArchiveEntry> entries{{"etc/cmdline.d/20-root-dev.conf", text}};
  for (const char* name : {"virtio", "virtio_ring", "virtio_pci", "virtio_blk", "ext4"})
    entries.push_back({"usr/lib/modules/6.1.0-18-amd64/kernel/" + std::string{name} + ".ko", "m"});
  guest.write(initrd, gzip(cpio(entries)));
  return guest;
}

TEST(BootImpliedRoot, IsWhatDracutWroteIntoTheInitramfs) {
  Guest guest = with_dracut_cmdline(" " + std::string{root_word} + "rootfstype=ext4\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(BootImpliedRoot, OfTheInitramfsMustBeInTheImage) {
  Guest guest = with_dracut_cmdline("root=UUID=00000000-0000-4000-8000-000000000000\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.root-unresolvable error"));
  const Finding finding = guest.finding_of("boot.root-unresolvable");
  EXPECT_EQ(finding.path, initrd);
  EXPECT_THAT(finding.message, HasSubstr("root=UUID=00000000-"));
}

TEST(BootImpliedRoot, IsMissingWhereNeitherTellsIt) {
  Guest guest = with_dracut_cmdline("rd.lvm=0\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.root-unresolvable error"));
}

/// What NixOS is to the boot: an init in the store, the modules beside it, no root=.
Guest nixos() {
  Guest guest = debian12_bios();
  guest.edit_all(config, root_word, "init=/nix/store/abc-nixos-system-web/init ");
  const std::string from = "/usr/lib/modules/6.1.0-18-amd64/";
  const std::string to = "/nix/store/def-linux-modules/lib/modules/6.1.0-18-amd64/";
  for (const char* name : {"modules.builtin", "modules.dep"})
    guest.write(to + name, guest.text_of(from + name));
  std::istringstream modules{guest.text_of(from + "modules.dep")};
  for (std::string line; std::getline(modules, line);)
    guest.write(to + line.substr(0, line.find(':')), "m");
  guest.fs.remove("/usr/lib/modules")
      .link("/nix/store/abc-nixos-system-web/kernel-modules", "/nix/store/def-linux-modules");
  return guest;
}

TEST(BootImpliedRoot, IsBuiltIntoTheInitramfsOfNixos) {
  EXPECT_THAT(nixos().complaints(), IsEmpty());
}

TEST(BootImpliedRoot, OfNixosNeedsItsInitramfs) {
  Guest guest = nixos();
  guest.edit_all(config, "initrd\t", "# initrd\t");
  EXPECT_EQ(guest.finding_of("boot.root-unresolvable").severity, Severity::error);
}

}  // namespace
}  // namespace imprint::guests
