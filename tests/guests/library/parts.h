#pragma once
// What guests are put together from. Each piece is there once, so that a rule which asks for more
// of a real system is answered in one place.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/guests/library/guest.h"

namespace imprint::guests {

/// The file system that a boot loader looks for: the root's, or that of a /boot of its own.
inline constexpr const char* system_uuid = "1f5e0f3c-8e57-4b6b-a2f3-5d3f0e9b7a11";
/// The root's, where /boot has a file system of its own.
inline constexpr const char* split_root_uuid = "8d7f3f0e-0000-4b6b-a2f3-5d3f0e9b7a11";
inline constexpr const char* swap_uuid = "0f0e0d0c-0b0a-4908-8706-050403020100";
inline constexpr const char* data_uuid = "11111111-2222-4333-8444-555555555555";
inline constexpr const char* esp_uuid = "5A1B-77C0";
/// No guest has it; unlike system_uuid in some places.
inline constexpr const char* absent_uuid = "00000000-8e57-4b6b-a2f3-5d3f0e9b7a99";

/// Partition types of GPT.
inline constexpr const char* esp_type = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
inline constexpr const char* bios_boot_type = "21686148-6449-6e6f-744e-656564454649";
inline constexpr const char* linux_type = "0fc63daf-8483-4772-8e79-3d69d8477de4";
inline constexpr const char* lvm_type = "e6d6d379-f507-44c2-a23c-238f2a3df928";

struct Part {
  std::string filesystem;
  std::string uuid;
  std::string label;
  std::string type;           ///< empty: that of Linux
  std::uint64_t size = 1024;  ///< MiB
};

/// A disk of 4 GiB with these partitions, one behind the other from 1 MiB on, and that loader's
/// text in its first sector.
void lay_out(Guest& guest, guest::TableType table, const std::vector<Part>& parts,
             std::string_view boot_code = "GRUB ");
/// Adds a logical volume on the first partition that is for LVM.
void add_logical_volume(Guest& guest, const std::string& group, const std::string& name,
                        const Part& part);

struct Kernel {
  std::string version;
  std::string image;   ///< "/boot/vmlinuz-6.1.0-18-amd64"
  std::string initrd;  ///< empty: none
  std::string modules = "/usr/lib/modules";
  std::string suffix = ".ko";       ///< of modules: ".ko.xz"
  std::string filesystem = "ext4";  ///< the root's
  std::vector<std::string> builtin = {"virtio", "virtio_ring"};
  std::string config;  ///< lines of /boot/config-VERSION besides those of drivers
  bool has_config = true;
  bool early_microcode = false;  ///< an archive of its own before the compressed one
  bool lvm = false;
};

/// The kernel, its initramfs with the drivers of virtual machines and of the root, its modules.
void add_kernel(Guest& guest, const Kernel& kernel);
/// The initramfs of add_kernel, for variations of it.
std::string initramfs_of(const Kernel& kernel);
/// The modules that initramfs and /lib/modules hold: "kernel/drivers/block/virtio_blk".
std::vector<std::string> modules_of(const Kernel& kernel);

/// Who owns /etc/shadow, and its mode.
struct ShadowStyle {
  std::uint32_t mode = 0640;
  std::uint32_t group = 42;
};
inline constexpr ShadowStyle debian_shadow{0640, 42};
inline constexpr ShadowStyle redhat_shadow{0, 0};
inline constexpr ShadowStyle suse_shadow{0640, 15};
inline constexpr ShadowStyle arch_shadow{0600, 0};

/// Folders, /bin and /lib as links into /usr, and the programs that everything needs.
void add_merged_usr(Guest& guest);
/// The same with folders of their own, as before the merge.
void add_split_usr(Guest& guest);
void add_accounts(Guest& guest, const ShadowStyle& style);
void add_systemd(Guest& guest);
/// A unit in /usr/lib/systemd/system, enabled for `wanted_by`.
void enable_unit(Guest& guest, const std::string& unit, const std::string& exec,
                 const std::string& wanted_by = "multi-user.target");
/// sshd, its configuration, no host keys. `unit`: "ssh.service" or "sshd.service"; empty: another
/// init starts it.
void add_ssh(Guest& guest, const std::string& unit);
/// cloud-init as its packages install it, enabled for systemd.
void add_cloud_init(Guest& guest, const std::string& distro, const std::string& datasources);
void add_guest_agent(Guest& guest);
/// The configuration, a policy, and labels on everything there is. Call it last.
void add_selinux(Guest& guest, const std::string& mode);

}  // namespace imprint::guests
