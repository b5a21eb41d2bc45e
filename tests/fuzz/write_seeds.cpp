// Writes what the fuzzers start from, taken from the healthy guests: imprint_fuzz_seeds FOLDER
// makes one folder for each target. Disk images come from tests/fuzz/run, which has qemu-img make
// them.

#include <filesystem>
#include <fstream>
#include <iostream>

#include "agent/base/digest.h"
#include "agent/model/json.h"
#include "agent/model/request.h"
#include "guestfs/inspect/profile_json.h"
#include "guestfs/profiles/load_profile.h"
#include "tests/guests/library/guests.h"

using namespace imprint;

namespace {

constexpr std::size_t largest_seed = std::size_t{256}
                                     << 10U;  // bytes; larger ones only slow it down

/// Which text parser reads a file of that name: the first byte of a seed, see boot_texts.cpp and
/// guest_texts.cpp.
struct TextKind {
  std::string_view target;
  std::uint8_t choice;
  std::string_view part_of_path;
};

constexpr TextKind text_kinds[] = {
    {"boot_texts", 0, "grub.cfg"},
    {"boot_texts", 1, "grub.conf"},
    {"boot_texts", 1, "menu.lst"},
    {"boot_texts", 2, "/loader/entries/"},
    {"boot_texts", 3, "grubenv"},
    {"boot_texts", 4, "extlinux.conf"},
    {"boot_texts", 5, "cmdline"},
    {"guest_texts", 0, "/etc/passwd"},
    {"guest_texts", 1, "/etc/shadow"},
    {"guest_texts", 2, "os-release"},
    {"guest_texts", 3, "-release"},
    {"guest_texts", 3, "/etc/issue"},
    {"guest_texts", 4, "/selinux/config"},
    {"guest_texts", 5, "sshd_config"},
    {"guest_texts", 6, "modules.dep"},
    {"guest_texts", 7, "modules.builtin"},
    {"guest_texts", 8, "/boot/config-"},
    {"guest_texts", 9, "/modprobe.d/"},
    {"guest_texts", 10, "ifcfg-"},
    {"guest_texts", 11, "/network/interfaces"},
    {"guest_texts", 13, ".nmconnection"},
    {"guest_texts", 14, "/systemd/network/"},
    {"guest_texts", 15, "/udev/rules.d/"},
    {"guest_texts", 17, "/netplan/"},
    {"guest_texts", 17, "cloud.cfg"},
    {"fstab", 0, "/etc/fstab"},
    {"initramfs", 0, "initr"},
    {"kernels", 0, "vmlinuz"},
    {"kernels", 0, ".efi"},
    {"hive", 0, "/config/S"},
};

class Seeds {
 public:
  explicit Seeds(std::filesystem::path folder) : folder_{std::move(folder)} {}

  void add(std::string_view target, const std::string& bytes) {
    if (bytes.size() > largest_seed) return;
    const std::filesystem::path folder = folder_ / target;
    std::filesystem::create_directories(folder);
    std::ofstream{folder / digest_of(bytes), std::ios::binary} << bytes;
  }

 private:
  std::filesystem::path folder_;
};

void add_texts(Seeds& seeds, const std::string& path, const std::string& text) {
  for (const TextKind& kind : text_kinds) {
    if (path.find(kind.part_of_path) == std::string::npos) continue;
    const bool chosen = kind.target == "boot_texts" || kind.target == "guest_texts";
    seeds.add(kind.target, chosen ? static_cast<char>(kind.choice) + text : text);
  }
}

/// As guest_file.cpp counts the files of a guest.
void add_files(Seeds& seeds, guests::Guest& guest, std::uint8_t number,
               const guest::GuestPath& folder, std::size_t& count) {
  const auto entries = guest.fs.list(folder);
  if (!entries) return;
  for (const guest::FolderEntry& entry : *entries) {
    const guest::GuestPath path = folder / entry.name;
    if (entry.type == guest::FileType::folder) add_files(seeds, guest, number, path, count);
    if (entry.type != guest::FileType::regular) continue;
    const auto text = guest.fs.read(path, largest_seed);
    if (text) {
      add_texts(seeds, path.str(), *text);
      std::string seed{static_cast<char>(number), static_cast<char>(count / 256),
                       static_cast<char>(count % 256), '\x07'};
      seeds.add("guest_file", seed + *text);
    }
    ++count;
  }
}

void add_requests(Seeds& seeds) {
  CreateInstance create;
  create.image = "debian@2";
  create.name = "web";
  create.data_disks = {1U << 30U};
  create.ssh_keys = {"ssh-ed25519 AAAA someone"};
  ImportImage import;
  import.source = "https://example.org/debian.qcow2";
  import.name = "debian";
  ReimageInstance reimage;
  reimage.image = "debian";
  reimage.accept_data_loss = true;
  for (const Json& json : {to_json(create), to_json(import), to_json(reimage),
                           to_json(StopInstance{}), inspect::profiles_to_json({{}})})
    seeds.add("requests", dump_json(json));
}

void add_consoles(Seeds& seeds) {
  seeds.add("console", "login:\\s*$\nDebian GNU/Linux 12 web ttyS0\n\nweb login: ");
  seeds.add("console",
            "ready\n[    1.0] Kernel panic - not syncing: VFS: Unable to mount root fs\n");
  seeds.add("console", "a{2,5}|(b|c)*d\nYou are in emergency mode.\nNo bootable device.\n");
}

void add_qemu_answers(Seeds& seeds) {
  seeds.add("qemu_comparison",
            R"({"virtual-size": 1073741824, "filename": "a.qcow2", "format": "qcow2",
"actual-size": 200704, "format-specific": {"type": "qcow2", "data": {"compat": "1.1",
"data-file": "b.raw"}}, "backing-filename": "c.qcow2", "dirty-flag": false})");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: imprint_fuzz_seeds FOLDER\n";
    return 64;
  }
  Seeds seeds{arguments[1]};
  std::uint8_t number = 0;
  for (const guests::NamedGuest& named : guests::healthy_guests()) {
    guests::Guest guest = named.make();
    std::size_t files = 0;
    add_files(seeds, guest, number++, {}, files);
  }
  add_requests(seeds);
  add_consoles(seeds);
  add_qemu_answers(seeds);
  return 0;
}
