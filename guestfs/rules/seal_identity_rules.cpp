// What makes one machine this machine, and must not be the same in two.

#include <algorithm>
#include <array>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/seal_rules.h"

namespace imprint::rules {
namespace {

using facts::SourceFile;
using guest::FileType;

/// machine-id(5): 32 digits, not all of them 0. "uninitialized" and what else is no id is replaced
/// at the next start.
bool is_machine_id(std::string_view text) {
  constexpr std::size_t length = 32;
  const std::string_view id = facts::trim(text.substr(0, text.find('\n')));
  const bool is_hex = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
  return id.size() == length && is_hex && id.find_first_not_of('0') != std::string_view::npos;
}

Answer machine_id(const Context& context) {
  // systemd takes D-Bus's where its own is empty.
  for (const char* path : {"/etc/machine-id", "/var/lib/dbus/machine-id"}) {
    const SourceFile file = facts::read_source(context.fs, path);
    if (file.is_unreadable()) return unreadable(file);
    if (!file.is_read() || !is_machine_id(file.text)) continue;
    Answer answer;
    answer.fired.push_back(evidence_at({path, 1, {}}, say("'{}' holds a machine's id", path)));
    return answer;
  }
  return Answer::clean();
}

/// A file that belongs to one machine. The last part of the path may be "*" and an ending.
struct IdentityFile {
  std::string_view path;
  std::string_view telling;  ///< what a line must start with; empty: any filled file tells
  Severity severity;
};

constexpr std::array identity_files{
    IdentityFile{"/var/lib/systemd/random-seed", "", Severity::info},
    IdentityFile{"/var/lib/urandom/random-seed", "", Severity::info},
    IdentityFile{"/var/lib/random-seed", "", Severity::info},
    IdentityFile{"/var/lib/seedrng/seed.credit", "", Severity::info},
    IdentityFile{"/var/lib/dhcp/*.leases", "lease", Severity::info},
    IdentityFile{"/var/lib/dhclient/*.leases", "lease", Severity::info},
    IdentityFile{"/var/lib/dhclient/*.lease", "lease", Severity::info},
    IdentityFile{"/var/lib/NetworkManager/*.lease", "", Severity::info},
    IdentityFile{"/var/lib/NetworkManager/secret_key", "", Severity::info},
    IdentityFile{"/var/lib/dhcpcd/duid", "", Severity::warning},
    IdentityFile{"/etc/dhcpcd.duid", "", Severity::warning},
    IdentityFile{"/etc/sysconfig/rhn/systemid", "", Severity::warning},
    IdentityFile{"/etc/pki/consumer/*.pem", "", Severity::warning},
    IdentityFile{"/etc/krb5.keytab", "", Severity::warning},
    IdentityFile{"/etc/ipa/default.conf", "", Severity::warning},
    IdentityFile{"/var/lib/sss/db/cache_*.ldb", "", Severity::warning},
    IdentityFile{"/var/lib/samba/private/secrets.tdb", "", Severity::warning},
    IdentityFile{"/var/lib/puppet/ssl/private_keys/*.pem", "", Severity::warning},
    IdentityFile{"/etc/puppetlabs/puppet/ssl/private_keys/*.pem", "", Severity::warning},
    IdentityFile{"/etc/salt/pki/minion/minion.pem", "", Severity::warning},
    IdentityFile{"/etc/salt/minion_id", "", Severity::warning},
    IdentityFile{"/etc/chef/client.pem", "", Severity::warning},
    IdentityFile{"/var/lib/yum/uuid", "", Severity::info},
    IdentityFile{"/etc/iscsi/initiatorname.iscsi", "InitiatorName=", Severity::warning},
    IdentityFile{"/etc/nvme/hostnqn", "", Severity::info},
};

bool tells(const Context& context, const IdentityFile& known, const std::string& path,
           Answer& answer) {
  const auto info = look_at(context, path, answer);
  if (!info || info->type != FileType::regular || info->size == 0) return false;
  if (known.telling.empty()) return true;
  const auto text = text_of_file(context, path, answer);
  if (!text) return false;
  const auto lines = facts::split_lines(*text);
  return std::any_of(lines.begin(), lines.end(), [&](const facts::TextLine& line) {
    return facts::trim(line.text).starts_with(known.telling);
  });
}

std::vector<std::string> paths_of(const Context& context, const IdentityFile& known,
                                  Answer& answer) {
  const std::size_t star = known.path.find('*');
  if (star == std::string_view::npos) return {std::string{known.path}};
  const std::size_t slash = known.path.rfind('/');
  const std::string_view start = known.path.substr(slash + 1, star - slash - 1);
  const std::string_view end = known.path.substr(star + 1);
  std::vector<std::string> paths;
  for (const FolderFile& file : files_in(context, known.path.substr(0, slash), answer))
    if (file.name.size() >= start.size() + end.size() && file.name.starts_with(start) &&
        file.name.ends_with(end))
      paths.push_back(file.path);
  return paths;
}

/// The root lies on LVM, and a list of the devices that LVM may use names others by a serial number
/// that no machine of this image has.
void judge_lvm_devices(const Context& context, Answer& answer) {
  const auto& volumes = context.inventory.volumes;
  const bool uses_lvm = std::any_of(volumes.begin(), volumes.end(), [](const guest::Volume& each) {
    return each.kind == guest::Volume::Kind::logical_volume;
  });
  const std::string path = "/etc/lvm/devices/system.devices";
  const auto text = uses_lvm ? text_of_file(context, path, answer) : std::nullopt;
  if (!text) return;
  for (const facts::TextLine& line : facts::split_lines(*text)) {
    const std::string_view content = facts::trim(line.text);
    if (!content.starts_with("IDTYPE=") || content.starts_with("IDTYPE=devname")) continue;
    Evidence evidence =
        evidence_at(facts::place_of(path, line),
                    say("LVM looks for a disk of that serial number, which no machine has"));
    evidence.effect = say("LVM may not find the volumes on the disk of a machine");
    answer.fired.push_back(std::move(evidence));
    return;
  }
}

Answer identity_other(const Context& context) {
  Answer answer;
  for (const IdentityFile& known : identity_files)
    for (const std::string& path : paths_of(context, known, answer)) {
      if (!tells(context, known, path, answer)) continue;
      Evidence evidence = evidence_of(path, say("'{}' belongs to one machine", path));
      if (known.severity != Severity::warning) evidence.severity = known.severity;
      answer.fired.push_back(std::move(evidence));
    }
  judge_lvm_devices(context, answer);
  return answer;
}

constexpr std::array rules{
    Rule{"seal.machine-id", Severity::warning, "the image has no machine id",
         "all machines have the same id: DHCP servers give them the same address, and logs mix",
         "empty the file: truncate -s 0 /etc/machine-id; rm -f /var/lib/dbus/machine-id",
         machine_id},
    Rule{"seal.identity-other", Severity::warning, "nothing says which machine this is",
         "machines pass for one another at services that know one of them",
         "delete the file; the service makes it anew or must be told anew", identity_other},
};

}  // namespace

std::span<const Rule> seal_identity_rules() {
  return rules;
}

}  // namespace imprint::rules
