// The rules of the disk file itself. The container gate answers them before anything else opens the
// file.

#include <array>

#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

constexpr std::string_view not_opened = "the file is not opened any further";
constexpr std::string_view make_anew =
    "make the image again, or convert it with qemu-img on a trusted machine";

constexpr Rule gate(std::string_view id, Severity severity, std::string_view title,
                    std::string_view effect = not_opened, std::string_view hint = make_anew) {
  return {id, severity, title, effect, hint, nullptr};
}

constexpr std::array rules{
    gate("disk.unreadable", Severity::error, "the image can be read"),
    gate("disk.format-unsupported", Severity::error, "the format of the image is known"),
    gate("disk.format-mismatch", Severity::error,
         "the image is of the format that it is said to be"),
    gate("disk.multiple-formats", Severity::error, "the image is of one format only"),
    gate("disk.truncated", Severity::error, "the image file is complete"),
    gate("disk.checksum", Severity::error, "the image has the digest that was promised"),
    gate("disk.size-bomb", Severity::error, "the image unpacks to no more than the limit"),
    gate("disk.blank", Severity::error, "the disk holds partitions or a file system",
         "nothing boots", "use the disk that the system was installed on"),
    gate("disk.iso-image", Severity::error, "the image is a disk, not an installation medium",
         "the installer starts, not a system", "install the system to a disk and use that disk"),
    gate("disk.luks-container", Severity::error, "the disk file itself is not encrypted"),
    gate("disk.mbr-pte-invalid", Severity::warning, "the partition entries of the MBR are sound",
         "some firmware or loaders may not find the partitions", "write the partition table again"),
    gate("disk.gpt-damaged", Severity::warning, "both copies of the GPT are sound",
         "firmware that reads the damaged copy finds no partitions",
         "repair it with sgdisk --verify"),
    gate("disk.not-aligned", Severity::info, "partitions start at full MiB",
         "reads and writes may be slower", "align the partitions when the image is built"),
    gate("disk.qcow2-backing-file", Severity::error, "the image needs no backing file",
         "a file of the host could become readable in the guest",
         "flatten it: qemu-img convert -O qcow2"),
    gate("disk.qcow2-data-file", Severity::error, "the image keeps its data in itself",
         "a file of the host could become readable in the guest",
         "flatten it: qemu-img convert -O qcow2"),
    gate("disk.qcow2-unknown-features", Severity::error,
         "the image uses known qcow2 features only"),
    gate("disk.qcow2-corrupt-or-dirty", Severity::error, "the image was closed cleanly",
         "data may be lost", "run qemu-img check -r all on the original"),
    gate("disk.qcow2-header-bomb", Severity::error, "the sizes in the qcow2 header are sane"),
    gate("disk.qcow2-internal-snapshots", Severity::warning,
         "the image holds no internal snapshots", "deleted data travels with the image",
         "delete them: qemu-img snapshot -d"),
    gate("disk.qcow2-encrypted", Severity::error, "the image is not encrypted"),
    gate("disk.qed", Severity::error, "the image is not in the abandoned QED format"),
    gate("disk.vmdk-subformat", Severity::error, "the VMDK is monolithicSparse or streamOptimized"),
    gate("disk.vmdk-extent-path", Severity::error, "the VMDK names no other file"),
    gate("disk.vmdk-footer", Severity::error, "header and footer of the VMDK agree"),
    gate("disk.vhdx-table", Severity::error, "the tables of the VHDX are sound"),
    gate("disk.vhdx-dirty-log", Severity::warning, "the VHDX was closed cleanly"),
    gate("disk.vhd-size", Severity::warning, "the sizes in the VHD agree"),
};

}  // namespace

std::span<const Rule> container_rules() {
  return rules;
}

}  // namespace imprint::rules
