#include "guestfs/container/rules_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::array rules{
    RuleInfo{"disk.format-mismatch", Severity::error,
             "the bytes are of the format that was declared, and QEMU agrees",
             "QEMU would read the disk as something other than what was judged",
             "declare the real format, or convert the image with qemu-img convert"},
    RuleInfo{"disk.multiple-formats", Severity::error, "the bytes are of one disk format only",
             "two programs would see two different disks in the same file",
             "make the image anew with qemu-img convert; do not append or prepend bytes to it"},
    RuleInfo{"disk.format-unsupported", Severity::error,
             "the disk format is one that can be judged", "the image cannot be imported as it is",
             "convert it: qemu-img convert -O qcow2 IMAGE IMAGE.qcow2"},
    RuleInfo{"disk.unreadable", Severity::error, "every byte that is needed can be read",
             "nothing can be said of the image", "check the storage that it lies on"},
    RuleInfo{"disk.truncated", Severity::error,
             "the file holds every byte that its tables refer to",
             "parts of the disk read as zeros or as errors; its file systems are damaged",
             "transfer the image again and compare its checksum"},
    RuleInfo{"disk.blank", Severity::error,
             "the disk holds a partition table, a file system or a boot sector",
             "the machine stops at: no bootable device",
             "use the disk that the system was installed on"},
    RuleInfo{"disk.size-bomb", Severity::error, "the virtual size is one that a disk can have",
             "whoever copies or converts the image fills the storage",
             "shrink the disk, or make it anew in a sensible size"},
    RuleInfo{"disk.iso-image", Severity::error,
             "the image is a system disk, not an installation medium",
             "the machine boots an installer or a live system, never an installed one",
             "install a system from it, then use the disk of that machine"},
    RuleInfo{"disk.luks-container", Severity::error, "the disk is not encrypted as a whole",
             "the content cannot be checked, and the machine has no boot loader to ask for the key",
             "decrypt the disk, or encrypt only the partitions behind the boot loader"},
    RuleInfo{"disk.qed", Severity::error, "the disk is not in the abandoned QED format",
             "the format is refused: it may name a backing file and is no longer maintained",
             "convert it: qemu-img convert -f qed -O qcow2 IMAGE IMAGE.qcow2"},
    RuleInfo{"disk.qcow2-backing-file", Severity::error, "the qcow2 refers to no backing file",
             "QEMU would open a file of the host that the image names, and the guest would read it",
             "flatten it: qemu-img convert -O qcow2 IMAGE FLAT.qcow2"},
    RuleInfo{"disk.qcow2-data-file", Severity::error,
             "the qcow2 keeps its data in itself, not in an external data file",
             "QEMU would read and write a file of the host that the image names",
             "flatten it: qemu-img convert -O qcow2 IMAGE FLAT.qcow2"},
    RuleInfo{"disk.qcow2-unknown-features", Severity::error,
             "the qcow2 uses only features whose meaning is known",
             "the disk cannot be judged, because its tables may mean something else",
             "convert it with options that every QEMU knows: qemu-img convert -O qcow2"},
    RuleInfo{"disk.qcow2-corrupt-or-dirty", Severity::error,
             "the qcow2 was closed cleanly and its tables are sound",
             "QEMU refuses to write to it, or reads wrong data",
             "repair a copy: qemu-img check -r all COPY"},
    RuleInfo{"disk.qcow2-header-bomb", Severity::error,
             "the sizes in the qcow2 header agree with each other and are within QEMU's limits",
             "QEMU would fail, or take up all memory of the host",
             "make the image anew with qemu-img convert from a sound copy"},
    RuleInfo{"disk.qcow2-internal-snapshots", Severity::warning,
             "the qcow2 carries no internal snapshots",
             "old states of the disk, deleted secrets among them, are handed on with the image",
             "drop them: qemu-img convert -O qcow2 IMAGE CLEAN.qcow2"},
    RuleInfo{"disk.qcow2-encrypted", Severity::error, "the qcow2 is not encrypted",
             "the content cannot be checked and the machine cannot start without the key",
             "decrypt it with qemu-img convert"},
    RuleInfo{"disk.differencing", Severity::error,
             "the disk is whole, not the difference to a parent disk",
             "QEMU would open another file of the host that the image names, or read zeros",
             "merge it with its parent, then convert it: qemu-img convert -O qcow2"},
    RuleInfo{"disk.vmdk-subformat", Severity::error,
             "the VMDK is one file: monolithicSparse or streamOptimized",
             "QEMU would open other files of the host that the descriptor names",
             "convert it where all its parts are: qemu-img convert -O qcow2 DISK.vmdk DISK.qcow2"},
    RuleInfo{"disk.vmdk-extent-path", Severity::error,
             "the VMDK's descriptor names the file itself and no other",
             "a program that follows the descriptor opens a file of the host",
             "convert it where all its parts are: qemu-img convert -O qcow2 DISK.vmdk DISK.qcow2"},
    RuleInfo{"disk.vmdk-footer", Severity::error, "header and footer of the VMDK agree",
             "two programs would see two different disks in the same file",
             "export the disk again"},
    RuleInfo{"disk.vmdk-header", Severity::error,
             "the numbers in the VMDK header and its tables are ones that they can be",
             "QEMU would refuse the disk, read wrong data or take up all memory of the host",
             "export the disk again, or convert it from a sound copy"},
    RuleInfo{"disk.vhd-header", Severity::error,
             "footer, header and block table of the VHD are sound",
             "QEMU would refuse the disk, read wrong data or take up all memory of the host",
             "export the disk again, or convert it from a sound copy"},
    RuleInfo{
        "disk.vhd-size", Severity::warning, "geometry and size of the VHD agree, and are whole MiB",
        "the end of the disk is missing in programs that go by the other number; Azure refuses "
        "sizes that are no whole MiB",
        "convert it with: qemu-img convert -O vpc -o force_size=on"},
    RuleInfo{"disk.vhdx-table", Severity::error,
             "headers, region tables, metadata and block table of the VHDX are sound",
             "QEMU would refuse the disk, read wrong data or take up all memory of the host",
             "export the disk again, or convert it from a sound copy"},
    RuleInfo{"disk.vhdx-dirty-log", Severity::warning, "the VHDX was closed cleanly",
             "changes that are still in the log are missing, and QEMU refuses to read the disk",
             "write the log back in a copy: qemu-img check -r all COPY"},
    RuleInfo{"disk.vdi-header", Severity::error, "the numbers in the VDI header agree",
             "QEMU would refuse the disk, read wrong data or take up all memory of the host",
             "convert it from a sound copy with VBoxManage clonemedium"},
    RuleInfo{"disk.sector-size", Severity::error, "the disk is laid out for sectors of 512 bytes",
             "a machine with 512-byte sectors finds no partitions and does not boot",
             "write the disk to one with 512-byte sectors, with its partition table made anew"},
    RuleInfo{"disk.mbr-pte-invalid", Severity::warning,
             "the entries of the MBR partition table are well-formed",
             "firmware or partition tools may refuse the table or read it differently",
             "write the table anew with sfdisk, from a dump of itself"},
    RuleInfo{"disk.partitions-overlap", Severity::warning, "no two partitions share a byte",
             "what one file system writes destroys the other",
             "make the partition table anew, and restore what lies on the later partition"},
    RuleInfo{
        "disk.gpt-damaged", Severity::warning,
        "both copies of the GPT partition table are there and match their checksums",
        "Linux finds no partitions without the primary copy, and no way back without the other",
        "repair a copy of the image: sgdisk --move-second-header, or gdisk"},
    RuleInfo{"disk.not-aligned", Severity::info, "partitions start at whole MiB",
             "reads and writes touch two blocks of the storage where one would do",
             "repartition with a current tool, which aligns to 1 MiB"},
};

}  // namespace

std::span<const RuleInfo> rules_table() {
  return rules;
}

Finding finding_of(std::string_view rule, Severity severity, std::string message) {
  Finding finding = finding_of(rule, std::move(message));
  finding.severity = severity;
  return finding;
}

Finding finding_of(std::string_view rule, std::string message) {
  Finding finding;
  finding.rule = rule;
  finding.severity = Severity::error;
  finding.message = std::move(message);
  const auto info = std::ranges::find(rules, rule, &RuleInfo::id);
  if (info == rules.end()) return finding;
  finding.severity = info->severity;
  finding.effect = language::translate(info->effect);
  finding.hint = language::translate(info->hint);
  return finding;
}

}  // namespace imprint::container
