// The older kin of os-release: files of one line whose words name the distribution, or whose path
// does.

#include <algorithm>
#include <array>
#include <utility>

#include "guestfs/facts/release.h"
#include "guestfs/facts/text_lines.h"

namespace imprint::facts {
namespace {

struct Distribution {
  std::string_view id;
  Family family;
};

constexpr std::array<Distribution, 65> distributions{{
    {"debian", Family::debian},       {"ubuntu", Family::debian},
    {"linuxmint", Family::debian},    {"kali", Family::debian},
    {"raspbian", Family::debian},     {"devuan", Family::debian},
    {"neon", Family::debian},         {"pop", Family::debian},
    {"deepin", Family::debian},       {"uos", Family::other},
    {"pardus", Family::debian},       {"proxmox", Family::debian},
    {"rhel", Family::redhat},         {"centos", Family::redhat},
    {"fedora", Family::redhat},       {"rocky", Family::redhat},
    {"almalinux", Family::redhat},    {"ol", Family::redhat},
    {"scientific", Family::redhat},   {"amzn", Family::redhat},
    {"alinux", Family::redhat},       {"aliyun", Family::redhat},
    {"anolis", Family::redhat},       {"openeuler", Family::redhat},
    {"euleros", Family::redhat},      {"hce", Family::redhat},
    {"kylin", Family::other},         {"neokylin", Family::other},
    {"openkylin", Family::debian},    {"bclinux", Family::redhat},
    {"ctyunos", Family::redhat},      {"azurelinux", Family::other},
    {"mariner", Family::other},       {"tencentos", Family::redhat},
    {"opencloudos", Family::redhat},  {"tlinux", Family::redhat},
    {"circle", Family::redhat},       {"eurolinux", Family::redhat},
    {"virtuozzo", Family::redhat},    {"cloudlinux", Family::redhat},
    {"miraclelinux", Family::redhat}, {"openmandriva", Family::redhat},
    {"mageia", Family::redhat},       {"xenserver", Family::redhat},
    {"photon", Family::other},        {"sles", Family::suse},
    {"sled", Family::suse},           {"sles_sap", Family::suse},
    {"suse", Family::suse},           {"opensuse", Family::suse},
    {"opensuse-leap", Family::suse},  {"opensuse-tumbleweed", Family::suse},
    {"arch", Family::arch},           {"manjaro", Family::arch},
    {"archarm", Family::arch},        {"alpine", Family::alpine},
    {"gentoo", Family::gentoo},       {"slackware", Family::slackware},
    {"altlinux", Family::altlinux},   {"cirros", Family::other},
    {"buildroot", Family::other},     {"void", Family::other},
    {"nixos", Family::other},         {"flatcar", Family::other},
    {"coreos", Family::other},
}};

/// Words of a release line that name an ID. The longer and more exact come first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 30> names{{
    {"red hat enterprise linux", "rhel"},
    {"centos", "centos"},
    {"rocky linux", "rocky"},
    {"almalinux", "almalinux"},
    {"oracle linux", "ol"},
    {"enterprise linux enterprise linux", "ol"},
    {"scientific linux", "scientific"},
    {"fedora", "fedora"},
    {"amazon linux", "amzn"},
    {"alibaba cloud linux", "alinux"},
    {"aliyun linux", "alinux"},
    {"anolis os", "anolis"},
    {"openeuler", "openeuler"},
    {"euleros", "euleros"},
    {"tencentos", "tencentos"},
    {"opencloudos", "opencloudos"},
    {"circle linux", "circle"},
    {"openkylin", "openkylin"},
    {"kylin", "kylin"},
    {"suse linux enterprise", "sles"},
    {"opensuse", "opensuse"},
    {"ubuntu", "ubuntu"},
    {"linux mint", "linuxmint"},
    {"debian", "debian"},
    {"alt linux", "altlinux"},
    {"gentoo", "gentoo"},
    {"slackware", "slackware"},
    {"alpine", "alpine"},
    {"openmandriva", "openmandriva"},
    {"pardus", "pardus"},
}};

/// Files that hold a version alone (or, for Arch, nothing), so that their names say what they are
/// of.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> by_path{{
    {"/etc/debian_version", "debian"},
    {"/etc/alpine-release", "alpine"},
    {"/etc/arch-release", "arch"},
    {"/etc/cirros/version", "cirros"},
    {"/etc/br-version", "buildroot"},
    {"/etc/altlinux-release", "altlinux"},
}};

/// "12.5", "trixie/sid", "3.19.0_alpha20231219".
bool is_version_word(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"._/~+-"}.find(c) != std::string_view::npos;
  });
}

std::string id_by_path(std::string_view path) {
  const auto entry = std::find_if(by_path.begin(), by_path.end(),
                                  [&](const auto& each) { return each.first == path; });
  return entry == by_path.end() ? std::string{} : std::string{entry->second};
}

/// The first word that begins with a digit.
std::string first_version(std::string_view line) {
  for (const std::string& word : split_at_blanks(line))
    if (word[0] >= '0' && word[0] <= '9') return word;
  return {};
}

/// Where the text has none.
std::string name_of(const ReleaseSource& source) {
  return source.version.empty() ? source.id : source.id + " " + source.version;
}

void read_lsb(ReleaseSource& source) {
  const OsRelease settings = parse_os_release(source.file.text, source.file.path);
  if (const ReleaseSetting* id = settings.find("DISTRIB_ID")) {
    source.id = id_named_in(id->value);
    if (source.id.empty()) source.id = lower(id->value);
  }
  if (const ReleaseSetting* version = settings.find("DISTRIB_RELEASE"))
    source.version = version->value;
  const ReleaseSetting* description = settings.find("DISTRIB_DESCRIPTION");
  source.name = description == nullptr ? name_of(source) : description->value;
}

}  // namespace

std::string_view to_string(Family family) noexcept {
  switch (family) {
    case Family::debian:
      return "debian";
    case Family::redhat:
      return "redhat";
    case Family::suse:
      return "suse";
    case Family::arch:
      return "arch";
    case Family::alpine:
      return "alpine";
    case Family::gentoo:
      return "gentoo";
    case Family::slackware:
      return "slackware";
    case Family::altlinux:
      return "altlinux";
    case Family::other:
      return "other";
    case Family::unknown:
      break;
  }
  return "unknown";
}

Family family_of(std::string_view id) {
  const auto entry = std::find_if(distributions.begin(), distributions.end(),
                                  [&](const Distribution& each) { return each.id == id; });
  return entry == distributions.end() ? Family::unknown : entry->family;
}

std::string id_named_in(std::string_view text) {
  const std::string line = lower(text.substr(0, 4096));
  for (const auto& [name, id] : names)
    if (line.find(name) != std::string::npos) return std::string{id};
  return {};
}

ReleaseSource parse_release_text(SourceFile file) {
  ReleaseSource source;
  source.file = std::move(file);
  if (!source.file.is_read()) return source;
  std::string_view text = source.file.text;
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const std::string_view line = trim(text.substr(0, text.find('\n')));
  if (source.file.path == "/etc/lsb-release") {
    read_lsb(source);
  } else {
    source.id = id_named_in(line);
    source.version = first_version(line);
    source.name = line;
    const bool may_be_version = !line.empty() || source.file.path == "/etc/arch-release";
    if (source.id.empty() && may_be_version && is_version_word(line)) {
      source.id = id_by_path(source.file.path);
      source.name = name_of(source);
    }
  }
  source.family = family_of(source.id);
  return source;
}

}  // namespace imprint::facts
