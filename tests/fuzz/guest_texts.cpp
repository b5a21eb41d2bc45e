// A guest's other text files one by one: the first byte chooses which parser reads the rest.

#include "guestfs/facts/accounts.h"
#include "guestfs/facts/ini_text.h"
#include "guestfs/facts/kernel_modules.h"
#include "guestfs/facts/network.h"
#include "guestfs/facts/release.h"
#include "guestfs/facts/selinux.h"
#include "guestfs/facts/sshd.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/facts/windows_path.h"
#include "guestfs/facts/yaml_text.h"
#include "tests/fuzz/input.h"

using namespace imprint;

namespace {

using Reader = void (*)(std::string_view);

constexpr Reader readers[] = {
    [](std::string_view text) { (void)facts::parse_passwd(text, "/etc/passwd"); },
    [](std::string_view text) { (void)facts::parse_shadow(text, "/etc/shadow"); },
    [](std::string_view text) { (void)facts::parse_os_release(text, "/etc/os-release"); },
    [](std::string_view text) { (void)facts::id_named_in(text); },
    [](std::string_view text) { (void)facts::parse_selinux_config(text, "/etc/selinux/config"); },
    [](std::string_view text) { (void)facts::parse_sshd_config(text, "/etc/ssh/sshd_config"); },
    [](std::string_view text) { (void)facts::parse_modules_dep(text); },
    [](std::string_view text) { (void)facts::parse_modules_builtin(text); },
    [](std::string_view text) { (void)facts::parse_kernel_config(text); },
    [](std::string_view text) { (void)facts::parse_modprobe(text, "/etc/modprobe.d/a.conf"); },
    [](std::string_view text) { (void)facts::parse_ifcfg(text, "/etc/sysconfig/ifcfg-eth0"); },
    [](std::string_view text) {
      (void)facts::parse_interfaces(text, "/etc/network/interfaces", facts::cards_started_by(text));
    },
    [](std::string_view text) { (void)facts::sources_of_interfaces(text); },
    [](std::string_view text) { (void)facts::parse_keyfile(text, "/etc/a.nmconnection"); },
    [](std::string_view text) { (void)facts::parse_networkd(text, "/etc/a.network"); },
    [](std::string_view text) { (void)facts::parse_persistent_rules(text, "/etc/70.rules"); },
    [](std::string_view text) { (void)facts::parse_ini(text, "/etc/a.ini"); },
    [](std::string_view text) { (void)facts::parse_yaml(text); },
    [](std::string_view text) { (void)facts::driver_path(text, "viostor"); },
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  const std::uint8_t choice = fuzz::choice_of(text);
  readers[choice % std::size(readers)](text);
  return 0;
}
