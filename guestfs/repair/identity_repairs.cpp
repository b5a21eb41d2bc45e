// What makes one machine this machine: taken away where the guest makes it anew.

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"
#include "guestfs/repair/repairs.h"

namespace imprint::repair {
namespace {

using facts::Init;
using facts::SourceFile;
using guest::FileType;
using guest::GuestPath;

constexpr const char* id_of_systemd = "/etc/machine-id";
constexpr const char* id_of_dbus = "/var/lib/dbus/machine-id";

bool runs_cloud_init(const Draft& draft) {
  const auto& findings = draft.subject().findings;
  return draft.facts().cloud_init.is_installed() && !draft.facts().cloud_init.disabled &&
         std::ranges::find(findings, "ci.disabled", &Finding::rule) == findings.end();
}

std::string text_of(const Draft& draft, const std::string& path) {
  return facts::read_source(draft.fs(), path).text;
}

bool any_unit(const Draft& draft, std::initializer_list<std::string_view> names) {
  const facts::ServiceFacts& services = draft.facts().services;
  return std::ranges::any_of(names, [&](std::string_view name) {
    return services.units.contains(name) && !services.is_masked(name);
  });
}

bool unit_says(const Draft& draft, std::string_view name,
               std::initializer_list<std::string_view> words) {
  const auto& units = draft.facts().services.units;
  const auto unit = units.find(name);
  if (unit == units.end()) return false;
  const std::string text = text_of(draft, unit->second);
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

bool script_says(const Draft& draft, std::initializer_list<std::string_view> names,
                 std::string_view word) {
  const auto& scripts = draft.facts().services.scripts;
  return std::ranges::any_of(names, [&](std::string_view name) {
    const auto script = scripts.find(name);
    return script != scripts.end() &&
           text_of(draft, script->second).find(word) != std::string::npos;
  });
}

/// Whether the first boot makes the keys of OpenSSH that are not there: Red Hat's and Arch's own
/// units, SUSE's ExecStartPre, the init scripts of Red Hat and Alpine. Debian makes them when the
/// package is installed, and never again.
bool makes_openssh_keys(const Draft& draft) {
  if (runs_cloud_init(draft)) return true;
  if (draft.facts().init == Init::systemd)
    return any_unit(draft, {"sshd-keygen.service", "sshd-keygen@.service", "sshdgenkeys.service",
                            "ssh-keygen.service", "regenerate_ssh_host_keys.service"}) ||
           unit_says(draft, "sshd.service", {"sshd-gen-keys-start", "ssh-keygen -A"}) ||
           unit_says(draft, "ssh.service", {"ssh-keygen -A"});
  return script_says(draft, {"sshd", "ssh"}, "ssh-keygen");
}

bool makes_dropbear_keys(const Draft& draft) {
  if (draft.facts().init == Init::systemd)
    return unit_says(draft, "dropbear.service", {"dropbearkey", "dropbear -R"});
  return script_says(draft, {"dropbear"}, "dropbearkey");
}

/// Files of a folder whose names begin so; links are among them, but are not followed.
std::vector<std::string> files_of(const Draft& draft, const std::string& folder,
                                  std::string_view beginning,
                                  std::initializer_list<std::string_view> endings) {
  std::vector<std::string> paths;
  const auto parsed = GuestPath::parse(folder);
  const auto entries = parsed ? draft.fs().raw().list(*parsed)
                              : Result<std::vector<guest::FolderEntry>>{parsed.error()};
  if (!entries) return paths;
  for (const guest::FolderEntry& entry : *entries) {
    const bool fits = entry.name.starts_with(beginning) &&
                      std::ranges::any_of(endings, [&](std::string_view ending) {
                        return entry.name.ends_with(ending);
                      });
    if (fits && entry.type == FileType::regular) paths.push_back((*parsed / entry.name).str());
  }
  return paths;
}

}  // namespace

void clear_machine_id(Draft& draft, const Finding& finding) {
  const SourceFile ours = facts::read_source(draft.fs(), id_of_systemd);
  const bool by_systemd =
      draft.facts().init == Init::systemd || draft.facts().init == Init::unknown;
  const std::string reason = say("each machine gets an id of its own at its first start");
  // To systemd an empty file means "make one"; without the file it takes the boot for the first of
  // all, and a read-only root has no place for it. Elsewhere dbus-uuidgen wants no file at all.
  if (ours.is_read() && !ours.text.empty()) {
    if (by_systemd)
      draft.clear(finding, ours.found, ours.text, reason);
    else
      draft.remove(finding, ours.found, reason, ours.text);
  }
  const SourceFile copy = facts::read_source(draft.fs(), id_of_dbus);
  if (copy.is_read() && !copy.is_link && copy.found != ours.found)
    draft.remove(finding, copy.found, reason, copy.text);
}

void remove_host_keys(Draft& draft, const Finding& finding) {
  const auto openssh = files_of(draft, "/etc/ssh", "ssh_host_", {"_key", "_key.pub"});
  const auto dropbear = files_of(draft, "/etc/dropbear", "dropbear_", {"_host_key"});
  const std::string none =
      say("nothing in the guest makes new keys: without these sshd would not start");
  if (openssh.empty() && dropbear.empty())
    return draft.keep(finding, say("'{}' is not a regular file", finding.path));
  if (!openssh.empty() && !makes_openssh_keys(draft)) return draft.keep(finding, none);
  if (!dropbear.empty() && !makes_dropbear_keys(draft)) return draft.keep(finding, none);
  const std::string reason = say("each machine makes host keys of its own at its first start");
  for (const auto& paths : {openssh, dropbear})
    for (const std::string& path : paths) draft.remove(finding, path, reason);
}

void remove_identity(Draft& draft, const Finding& finding) {
  // Made anew by who uses them. The others are known to a service elsewhere, which must be told.
  constexpr std::array<std::string_view, 10> made_anew{"/var/lib/systemd/random-seed",
                                                       "/var/lib/urandom/random-seed",
                                                       "/var/lib/random-seed",
                                                       "/var/lib/seedrng/",
                                                       "/var/lib/dhcp/",
                                                       "/var/lib/dhclient/",
                                                       "/var/lib/NetworkManager/",
                                                       "/var/lib/dhcpcd/duid",
                                                       "/etc/dhcpcd.duid",
                                                       "/var/lib/yum/uuid"};
  const bool is_made_anew = std::ranges::any_of(
      made_anew, [&](std::string_view beginning) { return finding.path.starts_with(beginning); });
  if (!is_made_anew)
    return draft.keep(finding,
                      say("a service elsewhere knows the machine by it: remove it by hand"));
  draft.remove(finding, finding.path, say("each machine makes it anew"));
}

void forget_cloud_init(Draft& draft, const Finding& finding) {
  // As `cloud-init clean` does; seeds and scripts are part of the image.
  for (const std::string& path : draft.facts().cloud_init.state)
    draft.remove_tree(finding, path, say("cloud-init does its work anew on each machine"));
}

void remove_generated_net(Draft& draft, const Finding& finding) {
  const auto network = draft.facts().cloud_init.find({"network", "config"});
  if (!runs_cloud_init(draft) || (network && network->node->text == "disabled"))
    return draft.keep(finding, say("cloud-init would not write it anew"));
  draft.remove(finding, finding.path, say("cloud-init writes it anew on each machine"));
}

}  // namespace imprint::repair
