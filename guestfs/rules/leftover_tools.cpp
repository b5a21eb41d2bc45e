#include "guestfs/rules/leftover_tools.h"

#include <algorithm>
#include <array>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using namespace std::string_view_literals;

struct Tools {
  std::string_view path;
  std::string_view name;
};

constexpr std::array files{
    Tools{"/usr/bin/vmware-uninstall-tools.pl", "VMware Tools"},
    Tools{"/var/lib/VBoxGuestAdditions/config", "VirtualBox Guest Additions"},
    Tools{"/usr/sbin/xe-daemon", "XenServer Tools"},
    Tools{"/usr/sbin/xe-linux-distribution", "XenServer Tools"},
    Tools{"/usr/lib/parallels-tools/install", "Parallels Tools"},
};

/// Modules that drive only the hardware of other hypervisors.
constexpr std::array foreign_modules{"vmxnet"sv,   "vmxnet3"sv, "pvscsi"sv,       "vmw_pvscsi"sv,
                                     "xennet"sv,   "xenblk"sv,  "xen_netfront"sv, "xen_blkfront"sv,
                                     "xen_vnif"sv, "xen_vbd"sv, "hv_netvsc"sv,    "hv_storvsc"sv,
                                     "netvsc"sv,   "storvsc"sv, "prl_eth"sv};
constexpr std::array foreign_screens{"vmware"sv, "vboxvideo"sv, "prlvideo"sv, "cirrus_vmware"sv};

template <std::size_t count>
bool is_one_of(const std::array<std::string_view, count>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string without_quotes(std::string word) {
  std::erase(word, '"');
  return word;
}

/// "alias eth0 vmxnet": the module is loaded for a device that is another one here.
bool is_foreign_alias(const std::vector<std::string>& words) {
  if (words.size() < 3 || words[0] != "alias") return false;
  std::string module = words[2];
  std::replace(module.begin(), module.end(), '-', '_');
  return (words[1].starts_with("eth") || words[1].starts_with("scsi_hostadapter")) &&
         is_one_of(foreign_modules, module);
}

bool is_foreign_screen(const std::vector<std::string>& words) {
  return words.size() >= 2 && facts::equal_without_case(words[0], "Driver") &&
         is_one_of(foreign_screens, facts::lower(without_quotes(words[1])));
}

template <class Test>
void add_lines(const Context& context, std::string_view path, const Test& is_foreign,
               Answer& answer) {
  const facts::SourceFile file = facts::read_source(context.fs, path);
  for (const facts::TextLine& line : facts::split_lines(file.text))
    if (is_foreign(facts::split_at_blanks(line.text)))
      answer.fired.push_back(evidence_at(facts::place_of(file.path, line),
                                         say("it sets up hardware of another hypervisor")));
}

}  // namespace

Answer leftover_tools(const Context& context) {
  Answer answer;
  std::string_view told;
  for (const Tools& tools : files) {
    const auto path = guest::GuestPath::parse(tools.path);
    const auto there = path ? context.fs.exists(*path) : Result<bool>{false};
    if (!there || !*there || tools.name == told) continue;
    told = tools.name;
    answer.fired.push_back(
        evidence_of(std::string{tools.path}, say("{} are installed", tools.name)));
  }
  add_lines(context, "/etc/modprobe.conf", is_foreign_alias, answer);
  for (const char* path : {"/etc/X11/xorg.conf", "/etc/X11/XF86Config"})
    add_lines(context, path, is_foreign_screen, answer);
  return answer;
}

}  // namespace imprint::rules
