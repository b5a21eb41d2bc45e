#include "guestfs/rules/windows_rules.h"

#include <array>

#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

constexpr std::array rules{
    Rule{"win.unsafe-ntfs", Severity::error, "Windows was shut down in full",
         "the file system is in use by a sleeping system: what is written to it from outside is "
         "lost or damages it, and the system resumes on other hardware",
         "switch off Fast Startup ('powercfg /h off') and shut down before the image is made",
         windows_unsafe_ntfs},
    Rule{"win.bitlocker", Severity::warning, "no volume beside the system is encrypted",
         "the key is with another machine's TPM or in the system's own registry: the volume may "
         "stay closed until somebody types its recovery key",
         "decrypt the volume ('manage-bde -off') before the image is made", windows_bitlocker},
    Rule{"win.hive", Severity::error, "the registry hives are there and sound",
         "Windows does not start, or nobody can log in",
         "restore the hive, or make the image again", windows_hive},
    Rule{"win.bcd", Severity::error, "the boot configuration is there",
         "the boot manager stops with 0xc000000f", "rebuild it with 'bcdboot'", windows_bcd},
    Rule{"win.bootmgr", Severity::error, "the boot manager is where the firmware looks for it",
         "the firmware finds nothing to start",
         "run 'bcdboot C:\\Windows', and put the loader at \\EFI\\Boot\\bootx64.efi",
         windows_bootmgr},
    Rule{"win.virtio", Severity::error,
         "the virtio disk driver starts at boot, and there is one for the network",
         "Windows stops with INACCESSIBLE_BOOT_DEVICE (0x7B)",
         "install the virtio drivers before the image is made", windows_virtio},
    Rule{"win.disk-filters", Severity::error, "every filter of the disk class has its driver",
         "Windows stops with INACCESSIBLE_BOOT_DEVICE (0x7B)",
         "take the filter out of UpperFilters or LowerFilters of the disk class",
         windows_disk_filters},
    Rule{"win.xen-residual", Severity::warning, "no driver of Xen hides devices",
         "virtio devices may stay without a driver", "remove the Xen drivers",
         windows_xen_residual},
    Rule{"win.device-install-disabled", Severity::warning, "devices may be installed",
         "new devices get no driver", "clear 'DeviceInstallDisabled'", windows_device_install},
    Rule{"win.sysprep-incomplete", Severity::error, "Setup is finished, or sealed for deployment",
         "Windows stops in Setup", "finish Setup, or run 'sysprep /generalize /oobe /shutdown'",
         windows_sysprep},
    Rule{"win.update-pending", Severity::warning, "no update is half done",
         "the next start continues the update and may take long or roll back",
         "restart until no update is pending, then make the image", windows_pending_update},
    Rule{"win.hotfix", Severity::warning, "no update is installed that is known to do harm",
         "servers with it restarted in a loop or lost virtual machines",
         "install the update that replaces it", windows_hotfix},
    Rule{"win.av-gpo", Severity::info, "no antivirus or policy keeps new drivers out",
         "new drivers may be blocked, and the system stops with 0x7B",
         "remove the antivirus and leave the domain before the image is made", windows_antivirus},
    Rule{"win.rdp", Severity::info, "remote desktop is allowed",
         "nobody can log in over the network", "allow remote desktop", windows_remote_desktop},
    Rule{"win.static-ip", Severity::warning, "network interfaces get their address by DHCP",
         "the machine keeps an address that is not its own", "set the interface to DHCP",
         windows_static_address},
    Rule{"win.unattend-secrets", Severity::warning, "no answer file holds a password",
         "whoever has the image has the password", "delete the answer file", windows_answer_files},
    Rule{"win.client-edition", Severity::info, "the system is a server edition",
         "its licence may not allow it to run in a cloud", "use a server edition",
         windows_client_edition},
    Rule{"win.eol", Severity::warning, "the version still gets updates",
         "faults that become known stay open", "upgrade", windows_end_of_life},
    Rule{"win.autoreboot", Severity::info, "the system restarts after a crash",
         "a crash leaves the machine at a blue screen", "set 'AutoReboot' to 1",
         windows_no_restart},
};

}  // namespace

std::span<const Rule> windows_rules() {
  return rules;
}

}  // namespace imprint::rules
