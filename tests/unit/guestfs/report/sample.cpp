#include "tests/unit/guestfs/report/sample.h"

namespace imprint::report::test {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

PartitionFacts partition(int number, std::uint64_t start, std::uint64_t size,
                         std::string filesystem, std::string type, std::string mount,
                         std::string label) {
  PartitionFacts facts;
  facts.device = fmt::format("/dev/sda{}", number);
  facts.filesystem = std::move(filesystem);
  facts.uuid = fmt::format("5c1b3a52-7b0e-4c8e-9d2f-0a1b2c3d4e{:02}", number);
  facts.label = std::move(label);
  facts.size = size;
  facts.kind = "partition";
  facts.number = number;
  facts.start = start;
  facts.type = std::move(type);
  facts.mount = std::move(mount);
  return facts;
}

DiskFacts gpt_disk() {
  DiskFacts disk;
  disk.device = "/dev/sda";
  disk.size = 20480 * mib;
  disk.table = "gpt";
  const std::string linux = "0fc63daf-8483-4772-8e79-3d69d8477de4";
  disk.partitions = {
      partition(1, mib, mib, "", "21686148-6449-6e6f-744e-656564454649", "", ""),
      partition(2, 2 * mib, 200 * mib, "vfat", "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "/boot/efi",
                "EFI"),
      partition(3, 202 * mib, 1024 * mib, "ext4", linux, "/boot", "boot"),
      partition(4, 1226 * mib, 2048 * mib, "swap", "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", "", ""),
      partition(5, 3274 * mib, 12288 * mib, "ext4", linux, "/", "root")};
  return disk;
}

BootFacts grub_boot() {
  BootFacts boot{"grub2",
                 BootEntryFacts{"Debian GNU/Linux",
                                "/boot/vmlinuz-6.1.0-18-amd64",
                                {"/boot/initrd.img-6.1.0-18-amd64"},
                                "BOOT_IMAGE=/vmlinuz-6.1.0-18-amd64 root=UUID=5c1b3a52-7b0e-4c8e-"
                                "9d2f-0a1b2c3d4e05 ro quiet console=ttyS0"}};
  boot.firmware = {"bios", "uefi"};
  boot.configs = {"/boot/efi/EFI/debian/grub.cfg", "/boot/grub/grub.cfg"};
  boot.entries = 3;
  boot.root = BootRootFacts{"UUID=5c1b3a52-7b0e-4c8e-9d2f-0a1b2c3d4e05", "/boot/grub/grub.cfg", 142,
                            Found::found, "/dev/sda5"};
  BootEntryFacts& entry = *boot.default_entry;
  entry.id = "gnulinux-simple";
  entry.path = "/boot/grub/grub.cfg";
  entry.line = 130;
  entry.files = {{"kernel", "/vmlinuz-6.1.0-18-amd64", "/boot/vmlinuz-6.1.0-18-amd64", Found::found,
                  8 * mib, ""},
                 {"initrd", "/initrd.img-6.1.0-18-amd64", "/boot/initrd.img-6.1.0-18-amd64",
                  Found::found, 40 * mib, ""}};
  return boot;
}

Finding dead_device() {
  Finding finding{"fstab.device-not-in-image",
                  Severity::error,
                  "/etc/fstab",
                  9,
                  "UUID=8d7f2c10-1111-4222-8333-944455566677 /data ext4 defaults 0 2",
                  "no file system of the image has the UUID 8d7f2c10-1111-4222-8333-944455566677",
                  "systemd waits 90 s for the device, then stops in emergency mode",
                  "remove the line, or add nofail to its options"};
  finding.context = {{7, "UUID=5c1b3a52-7b0e-4c8e-9d2f-0a1b2c3d4e05 / ext4 errors=remount-ro 0 1"},
                     {8, "# the data disk"},
                     {9, finding.text},
                     {10, ""},
                     {11, "tmpfs /tmp tmpfs defaults,nosuid,nodev 0 0"}};
  return finding;
}

}  // namespace

const char* const hostile_text =
    "\x1b]0;owned\x07<script>alert('x')</"
    "script>\"&'\xe2\x80\xae]]>\xff\xfe\x01\xef\xbf\xbe\r\nverdict: accepted";

ImageReport accepted_image() {
  ImageReport image;
  image.path = "/srv/images/debian-12-generic-amd64.qcow2";
  image.sha256 = std::string(64, 'b');
  image.verdict = Verdict::accepted;
  image.container = {"qcow2", 20480 * mib};
  image.guest = {"linux",   "debian",        "12", "Debian GNU/Linux 12 (bookworm)", "x86_64",
                 "systemd", {"bios", "uefi"}};
  image.disks = {gpt_disk()};
  image.boot = grub_boot();
  image.answers = {{"fstab.syntax", Answered::clean}, {"fstab.crypttab", Answered::not_applicable}};
  image.coverage = {104, 31, 0};
  image.timings_ms = {4, 5200, 2100, 900, 8300};
  return image;
}

ImageReport waived_image() {
  ImageReport image = full_report().images[0];
  image.profiles.clear();
  image.undetermined.clear();
  for (Finding& finding : image.findings)
    if (finding.severity == Severity::error)
      finding.waived = Waived{"the disk is attached by hand", "2026-12-31"};
  image.verdict = verdict_of(image.findings, image.undetermined);
  return image;
}

ImageReport unreadable_image() {
  ImageReport image;
  image.path = "no-such.qcow2";
  image.undetermined = {{"disk.unreadable", "cannot be read: No such file or directory"}};
  image.coverage = {0, 0, 1};
  return image;
}

Report full_report() {
  ImageReport image = accepted_image();
  image.path = "/srv/images/web.qcow2";
  image.verdict = Verdict::rejected;
  image.findings = {
      {"shadow.mode", Severity::warning, "/etc/shadow", std::nullopt, "",
       "the file has the mode 0644", "every user can read the digests of all passwords",
       "chmod 0640 /etc/shadow"},
      dead_device(),
      {"selinux.enabled", Severity::error, "/etc/selinux/config", 6, "SELINUX=enforcing",
       "SELinux is enabled", "a password that is set from outside may leave files without a label",
       "set SELINUX=disabled"},
      {"fs.swap-partition", Severity::info, "", std::nullopt, "", "the image has a swap partition",
       "it takes space in every machine", "use a swap file"}};
  image.undetermined = {
      {"boot.initrd-missing", "the payload is squashfs, which is not looked into"}};
  image.answers.insert(image.answers.begin(), {{"shadow.mode", Answered::fired},
                                               {"fstab.device-not-in-image", Answered::fired},
                                               {"selinux.enabled", Answered::fired},
                                               {"fs.swap-partition", Answered::fired},
                                               {"boot.initrd-missing", Answered::undetermined}});
  image.coverage = {104, 31, 1};
  ProfileReport strict{"ecs",         image.verdict, image.findings, image.undetermined,
                       image.answers, image.coverage};
  ProfileReport mild = strict;
  mild.profile = "generic";
  mild.findings[2].severity = Severity::info;
  mild.findings.erase(mild.findings.begin() + 3);
  mild.answers[3].answer = Answered::clean;
  image.profiles = {std::move(strict), std::move(mild)};
  return {"ecs,generic", "2026.1-0a1b2c3d", {std::move(image)}};
}

Report hostile_report() {
  const std::string text = hostile_text;
  Report report = full_report();
  ImageReport& image = report.images[0];
  image.path = text;
  image.guest.name = image.guest.arch = image.guest.init = text;
  image.guest.firmware = image.boot.firmware = image.boot.configs = {text};
  image.boot.loader = image.boot.root->spec = image.boot.root->device = text;
  BootEntryFacts& entry = *image.boot.default_entry;
  entry.title = entry.kernel = entry.cmdline = text;
  entry.initrd = {text};
  for (PartitionFacts& part : image.disks[0].partitions)
    part.device = part.filesystem = part.uuid = part.label = part.mount = text;
  for (Finding& finding : image.findings) {
    finding.path = finding.text = finding.message = finding.effect = finding.hint = text;
    finding.context = {{2, text}, {3, text}};
  }
  image.undetermined = {{"os.none-found", text}};
  return report;
}

RepairReport repair_of(const ImageReport& before) {
  RepairReport repair;
  repair.output = "fixed.qcow2";
  repair.done = true;
  repair.before = {before.path, before.sha256, Verdict::rejected, before.findings};
  repair.after = Verdict::accepted;
  repair.changes.push_back({"/etc/fstab",
                            "rewrite",
                            {"fstab.device-not-in-image"},
                            {"line 3"},
                            "--- a/etc/fstab\n+++ b/etc/fstab\n@@ -1 +1 @@\n-a\n+#a\n"});
  repair.unrepaired.push_back({"seal.suid", "/bin/x", 3, "by hand"});
  return repair;
}

}  // namespace imprint::report::test
