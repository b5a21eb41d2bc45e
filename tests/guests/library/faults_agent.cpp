#include "tests/guests/library/faults.h"

namespace imprint::guests {
namespace {

constexpr const char* site_cfg = "/etc/cloud/cloud.cfg.d/99_site.cfg";

}  // namespace

std::vector<Fault> agent_faults() {
  constexpr Severity info = Severity::info;
  constexpr Severity warning = Severity::warning;
  constexpr Severity error = Severity::error;
  return {
      {"agent.cloud-init-missing", "debian12_bios", "the program is removed", info,
       [](Guest& guest) { guest.fs.remove("/usr/bin/cloud-init"); }},
      {"agent.required", "centos7", "the cloud's agent is not enabled", error,
       [](Guest& guest) {
         guest.fs.file("/usr/lib/systemd/system/jcs-agent-core.service", "[Service]\n");
       },
       "", 0, "jdcloud"},
      {"agent.forbidden", "alpine", "cloud-init where it is forbidden", error,
       [](Guest& guest) { guest.fs.file("/usr/bin/cloud-init", "#!/usr/bin/python3\n", 0755); },
       "/usr/bin/cloud-init", 0, "jdcloud"},
      {"agent.foreign", "debian12_bios", "Azure's agent", info,
       [](Guest& guest) { guest.fs.file("/usr/sbin/waagent", "#!/usr/bin/python3\n", 0755); },
       "/usr/sbin/waagent"},
      {"agent.qemu-ga", "alpine", "the agent is installed", info,
       [](Guest& guest) { guest.fs.file("/usr/bin/qemu-ga", elf_program(), 0755); }},
      {"agent.systemd-broken-units", "rhel9", "a link to nothing", warning,
       [](Guest& guest) {
         guest.fs.link("/etc/systemd/system/multi-user.target.wants/gone.service",
                       "/usr/lib/systemd/system/gone.service");
       }},
      {"ci.disabled", "debian12_bios", "the file that turns it off", warning,
       [](Guest& guest) { guest.fs.file("/etc/cloud/cloud-init.disabled", ""); },
       "/etc/cloud/cloud-init.disabled"},
      {"ci.yaml-invalid", "debian12_bios", "a bracket left open", error,
       [](Guest& guest) { guest.append("/etc/cloud/cloud.cfg", "more: [1\nlast: }\n"); },
       "/etc/cloud/cloud.cfg"},
      {"ci.datasource-locked", "debian12_bios", "only Azure is asked", warning,
       [](Guest& guest) { guest.fs.file(site_cfg, "datasource_list: [Azure, None]\n"); }, site_cfg,
       1},
      {"ci.state-leftover", "debian12_bios", "it ran before", warning,
       [](Guest& guest) { guest.fs.file("/var/lib/cloud/sem/config_scripts.once", ""); }},
      {"ci.generated-net", "ubuntu_cloud", "the builder's card", warning,
       [](Guest& guest) {
         guest.fs.file("/etc/netplan/50-cloud-init.yaml",
                       "network:\n  ethernets:\n    a:\n      dhcp4: true\n"
                       "      match: {macaddress: '52:54:00:01:02:03'}\n");
       },
       "/etc/netplan/50-cloud-init.yaml", 5},
      {"ci.kernel-fwcfg", "debian12_bios", "a kernel without it", info,
       [](Guest& guest) {
         guest.edit("/boot/config-6.1.0-18-amd64", "CONFIG_FW_CFG_SYSFS=m\n", "");
       },
       "/boot/config-6.1.0-18-amd64", 0, "ecs"},
      {"ci.password-locked-user", "debian12_bios", "no passwords over SSH", info,
       [](Guest& guest) { guest.fs.file(site_cfg, "ssh_pwauth: false\n"); }, site_cfg, 1},
  };
}

}  // namespace imprint::guests
