#include "guestfs/facts/selinux.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "guestfs/facts/look.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

using guest::FollowingFs;
using guest::GuestPath;

constexpr std::string_view selinux_folder = "/etc/selinux";

struct Decision {
  Activation activation = Activation::unknown;
  std::string reason;
};

/// The first security module of a comma-separated list that shares its place with no other: the
/// kernel starts only one of these.
bool starts_selinux(std::string_view list) {
  for (const std::string& raw : split_at(list, ',')) {
    const std::string_view module = trim(raw);
    if (module == "selinux") return true;
    if (module == "apparmor" || module == "smack") return false;
  }
  return false;
}

std::optional<Decision> decide_by_cmdline(const std::string& cmdline) {
  const auto no = [](std::string_view words) {
    return Decision{Activation::no, say("the kernel command line says '{}'", words)};
  };
  const auto yes = [](std::string_view words) {
    return Decision{Activation::yes, say("the kernel command line says '{}'", words)};
  };
  const auto switched = cmdline_value(cmdline, "selinux");
  if (switched == "0") return no("selinux=0");
  if (const auto list = cmdline_value(cmdline, "lsm"))
    return starts_selinux(*list) ? yes("lsm=" + *list) : no("lsm=" + *list);
  if (const auto chosen = cmdline_value(cmdline, "security"))
    return *chosen == "selinux" ? yes("security=selinux") : no("security=" + *chosen);
  return std::nullopt;
}

/// The value of CONFIG_KEY in a kernel's build configuration, quotes taken off.
std::optional<std::string> config_value(std::string_view text, std::string_view key) {
  for (const TextLine& line : split_lines(text)) {
    if (!line.text.starts_with(key) || !line.text.substr(key.size()).starts_with('=')) continue;
    std::string_view value = trim(line.text.substr(key.size() + 1));
    if (value.size() >= 2 && value.starts_with('"')) value = value.substr(1, value.size() - 2);
    return std::string{value};
  }
  return std::nullopt;
}

std::optional<Decision> decide_by_kernel_config(FollowingFs& fs, const Boot& boot) {
  const BootEntry* entry = boot.default_or_null();
  if (entry == nullptr || !entry->kernel) return std::nullopt;
  const std::string& path = entry->kernel->path;
  const std::size_t dash = path.find('-', path.rfind('/') + 1);
  if (path.empty() || dash == std::string::npos) return std::nullopt;
  const SourceFile config = read_source(fs, "/boot/config" + path.substr(dash));
  if (!config.is_read()) return std::nullopt;
  if (config_value(config.text, "CONFIG_SECURITY_SELINUX") != "y")
    return Decision{Activation::no, say("'{}' is built without SELinux", path)};
  const auto list = config_value(config.text, "CONFIG_LSM");
  const bool starts = list ? starts_selinux(*list)
                           : config_value(config.text, "CONFIG_DEFAULT_SECURITY_SELINUX") == "y";
  return Decision{starts ? Activation::yes : Activation::no,
                  starts
                      ? say("by '{}' the kernel starts SELinux by default", config.path)
                      : say("by '{}' the kernel does not start SELinux by default", config.path)};
}

Decision decide_activation(FollowingFs& fs, const Boot& boot, Activation family_activates) {
  if (const BootEntry* entry = boot.default_or_null())
    if (auto decision = decide_by_cmdline(entry->cmdline)) return *std::move(decision);
  if (auto decision = decide_by_kernel_config(fs, boot)) return *std::move(decision);
  return {family_activates, family_activates == Activation::yes
                                ? say("this distribution's kernels start SELinux by default")
                            : family_activates == Activation::no
                                ? say("this distribution's kernels do not start SELinux by default")
                                : say("nothing tells whether this kernel starts SELinux")};
}

class PolicyReader {
 public:
  PolicyReader(FollowingFs& fs, SelinuxFacts& facts)
      : fs_{fs}, look_{fs, facts.unknown}, facts_{facts} {}

  void read() {
    // A type is a folder's name; anything with a slash would lead somewhere else.
    if (facts_.policy_type.empty() || facts_.policy_type.find('/') != std::string::npos) return;
    const std::string folder = fmt::format("{}/{}", selinux_folder, facts_.policy_type);
    facts_.policy_folder = look_.is_there(folder);
    if (!facts_.policy_folder) return;
    facts_.file_contexts = look_.is_there(folder + "/contexts/files/file_contexts");
    list_policies(folder + "/policy");
  }

  void look_at_labels() {
    constexpr std::array<std::string_view, 4> needed{"/etc/passwd", "/etc/shadow",
                                                     "/usr/lib/systemd/systemd", "/bin/bash"};
    for (const std::string_view text : needed) look_at_label(text);
  }

 private:
  void list_policies(const std::string& folder) {
    for (const guest::FolderEntry& entry : look_.list(folder))
      if (entry.name.starts_with("policy.") && is_filled(folder + "/" + entry.name))
        facts_.policies.push_back(folder + "/" + entry.name);
  }

  bool is_filled(const std::string& text) {
    const auto path = GuestPath::parse(text);
    if (!path) return false;
    const auto info = fs_.stat(*path);
    return info && info->type == guest::FileType::regular && info->size > 0;
  }

  void look_at_label(std::string_view text) {
    const auto path = GuestPath::parse(text);
    if (!path) return;
    const auto real = fs_.resolve(*path);
    if (!real) return;
    const auto label = fs_.raw().xattr(*real, "security.selinux");
    if (!label) return look_.note(text, label.error());
    const bool usable = *label && (*label)->find(":file_t") == std::string::npos &&
                        (*label)->find(":unlabeled_t") == std::string::npos;
    if (!usable) facts_.unlabelled.emplace_back(text);
  }

  FollowingFs& fs_;
  Look look_;
  SelinuxFacts& facts_;
};

std::optional<SelinuxMode> mode_at_boot(const SelinuxFacts& facts, const Boot& boot) {
  if (facts.activation == Activation::no) return SelinuxMode::disabled;
  // Without a configuration libselinux leaves SELinux off.
  if (!facts.file.is_read() || facts.config.modes.empty()) return SelinuxMode::disabled;
  const auto mode = facts.config.mode();
  const BootEntry* entry = boot.default_or_null();
  if (!mode || *mode == SelinuxMode::disabled || entry == nullptr) return mode;
  const auto enforcing = cmdline_value(entry->cmdline, "enforcing");
  if (enforcing == "0") return SelinuxMode::permissive;
  if (enforcing == "1") return SelinuxMode::enforcing;
  return mode;
}

}  // namespace

std::string_view to_string(SelinuxMode mode) noexcept {
  switch (mode) {
    case SelinuxMode::permissive:
      return "permissive";
    case SelinuxMode::enforcing:
      return "enforcing";
    case SelinuxMode::disabled:
      break;
  }
  return "disabled";
}

std::optional<SelinuxMode> parse_selinux_mode(std::string_view value) {
  for (const SelinuxMode mode :
       {SelinuxMode::disabled, SelinuxMode::permissive, SelinuxMode::enforcing}) {
    const std::string_view word = to_string(mode);
    if (equal_without_case(value.substr(0, word.size()), word)) return mode;
  }
  return std::nullopt;
}

const SelinuxSetting* SelinuxConfig::deciding() const {
  const auto setting = std::find_if(modes.begin(), modes.end(), [](const SelinuxSetting& each) {
    return parse_selinux_mode(each.value).has_value();
  });
  return setting == modes.end() ? nullptr : &*setting;
}

std::optional<SelinuxMode> SelinuxConfig::mode() const {
  const SelinuxSetting* setting = deciding();
  return setting == nullptr ? std::nullopt : parse_selinux_mode(setting->value);
}

SelinuxConfig parse_selinux_config(std::string_view text, const std::string& path) {
  constexpr std::string_view mode_key = "SELINUX=";
  constexpr std::string_view type_key = "SELINUXTYPE=";
  SelinuxConfig config;
  for (const TextLine& line : split_lines(text)) {
    // libselinux takes blanks before SELINUXTYPE, but not before SELINUX.
    if (line.text.starts_with(mode_key))
      config.modes.push_back(
          {std::string{trim(line.text.substr(mode_key.size()))}, place_of(path, line)});
    const std::string_view content = trim(line.text);
    if (equal_without_case(content.substr(0, type_key.size()), type_key))
      config.type =
          SelinuxSetting{std::string{trim(content.substr(type_key.size()))}, place_of(path, line)};
  }
  return config;
}

SelinuxFacts read_selinux(FollowingFs& fs, const Boot& boot, Activation family_activates) {
  SelinuxFacts facts;
  facts.file = read_source(fs, "/etc/selinux/config");
  facts.config = parse_selinux_config(facts.file.text, facts.file.path);
  facts.policy_type = facts.config.type ? facts.config.type->value : "targeted";
  Decision decision = decide_activation(fs, boot, family_activates);
  facts.activation = decision.activation;
  facts.activation_reason = std::move(decision.reason);
  facts.mode_at_boot = mode_at_boot(facts, boot);

  PolicyReader reader{fs, facts};
  reader.read();
  facts.autorelabel = Look{fs, facts.unknown}.is_there("/.autorelabel");
  if (facts.mode_at_boot == SelinuxMode::enforcing) reader.look_at_labels();
  return facts;
}

}  // namespace imprint::facts
