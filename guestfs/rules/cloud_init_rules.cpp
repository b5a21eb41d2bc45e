// The rules ci.*: whether cloud-init will do its work at the first boot of a new machine.

#include <algorithm>
#include <array>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/agent_rules.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::CloudConfig;
using facts::CloudInit;
using facts::CloudSetting;
using facts::ServiceFacts;
using facts::ServiceStart;
using facts::YamlNode;

/// The answer where there is no cloud-init whose state could matter.
std::optional<Answer> without_cloud_init(const Context& context) {
  const CloudInit& cloud_init = context.facts.cloud_init;
  if (cloud_init.is_installed()) return std::nullopt;
  if (cloud_init.unknown.empty()) return Answer::not_applied();
  return Answer{{}, cloud_init.unknown, false};
}

Answer begin(const Context& context) {
  Answer answer;
  answer.undetermined = context.facts.cloud_init.unknown;
  return answer;
}

constexpr std::array<std::string_view, 4> services_of_cloud_init{"cloud-init", "cloud-init-local",
                                                                 "cloud-init-main", "cloud-config"};

/// Whether any of its services is started; true where that does not show.
bool is_started(const Context& context) {
  const facts::Init init = context.facts.init;
  const ServiceFacts& services = context.facts.services;
  if (init == facts::Init::busybox || init == facts::Init::unknown || !services.unknown.empty())
    return true;
  return std::any_of(services_of_cloud_init.begin(), services_of_cloud_init.end(),
                     [&](std::string_view name) { return services.start_of(name) != nullptr; });
}

Answer disabled(const Context& context) {
  if (auto answer = without_cloud_init(context)) return *std::move(answer);
  Answer answer = begin(context);
  const CloudInit& cloud_init = context.facts.cloud_init;
  if (cloud_init.disabled) {
    answer.fired.push_back(evidence_at(*cloud_init.disabled, say("cloud-init is told not to run")));
    return answer;
  }
  const facts::BootEntry* entry = context.facts.boot.default_or_null();
  if (entry != nullptr && facts::cmdline_value(entry->cmdline, "cloud-init") == "disabled") {
    answer.fired.push_back(
        evidence_at(entry->cmdline_place, say("the kernel's command line turns cloud-init off")));
    return answer;
  }
  const ServiceFacts& services = context.facts.services;
  for (const std::string_view name : services_of_cloud_init) {
    const auto masked = services.masked.find(std::string{name} + ".service");
    if (masked == services.masked.end()) continue;
    answer.fired.push_back(
        evidence_at(masked->second, say("the service '{}' is masked", masked->first)));
    return answer;
  }
  if (!is_started(context))
    answer.fired.push_back(
        evidence_of(cloud_init.program, say("cloud-init is installed, but nothing starts it")));
  return answer;
}

Answer state_leftover(const Context& context) {
  if (auto answer = without_cloud_init(context)) return *std::move(answer);
  Answer answer = begin(context);
  for (const std::string& path : context.facts.cloud_init.state) {
    answer.fired.push_back(evidence_of(path, say("cloud-init has run in this image")));
    break;
  }
  return answer;
}

/// "NoCloud" is also what older and newer releases call "NoCloudNet".
bool is_offered(const Context& context, std::string_view source) {
  const auto& offered = context.limits.datasources;
  return std::any_of(offered.begin(), offered.end(), [&](const std::string& each) {
    return facts::equal_without_case(each, source);
  });
}

/// The list names sources, and none that the machines offer.
void judge_datasources(const Context& context, Answer& answer) {
  const auto list = context.facts.cloud_init.find({"datasource_list"});
  if (!list || context.limits.datasources.empty()) return;
  std::vector<std::string> names;
  for (const YamlNode& item : list->node->items) names.push_back(item.text);
  // An empty list is no list: cloud-init then looks for all that it knows.
  if (names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return is_offered(context, name);
      }))
    return;
  answer.fired.push_back(evidence_at(
      list->place, say("cloud-init only looks for '{}', not for '{}'", fmt::join(names, "', '"),
                       fmt::join(context.limits.datasources, "', '"))));
}

Answer datasource_locked(const Context& context) {
  if (auto answer = without_cloud_init(context)) return *std::move(answer);
  Answer answer = begin(context);
  const CloudInit& cloud_init = context.facts.cloud_init;
  judge_datasources(context, answer);
  for (const std::string& seed : cloud_init.seeds) {
    Evidence evidence = evidence_of(seed, say("the image brings an identity of its own"));
    evidence.effect = say("all machines of the image take this identity");
    answer.fired.push_back(std::move(evidence));
  }
  if (const auto cached = cloud_init.find({"manual_cache_clean"});
      cached && facts::equal_without_case(cached->node->text, "true")) {
    Evidence evidence = evidence_at(cached->place, say("cloud-init keeps what it found once"));
    evidence.effect = say("the first machine's identity stays in all images made of it");
    answer.fired.push_back(std::move(evidence));
  }
  if (const auto network = cloud_init.find({"network", "config"});
      network && network->node->text == "disabled") {
    Evidence evidence =
        evidence_at(network->place, say("cloud-init is told to leave the network alone"));
    evidence.effect = say("the network stays as the image sets it up");
    evidence.severity = Severity::info;
    answer.fired.push_back(std::move(evidence));
  }
  return answer;
}

Answer generated_net(const Context& context) {
  if (auto answer = without_cloud_init(context)) return *std::move(answer);
  Answer answer = begin(context);
  for (const facts::NetworkInterface& card : context.facts.network.interfaces) {
    const bool fixed = card.mac || (card.address && !card.dhcp);
    if (!facts::is_written_by_cloud_init(card) || !card.is_physical || !fixed) continue;
    answer.fired.push_back(
        evidence_at(card.mac ? *card.mac : *card.address,
                    say("cloud-init wrote this for the machine that the image was made on")));
  }
  return answer;
}

Answer locked_user(const Context& context) {
  if (auto answer = without_cloud_init(context)) return *std::move(answer);
  Answer answer = begin(context);
  const CloudInit& cloud_init = context.facts.cloud_init;
  const auto tell = [&](const std::optional<CloudSetting>& setting, bool when,
                        std::string message) {
    if (!setting) return;
    const std::string word = facts::lower(setting->node->text);
    const bool yes = word == "true" || word == "yes" || word == "on" || word == "1";
    const bool no = word == "false" || word == "no" || word == "off" || word == "0";
    if (when ? yes : no) answer.fired.push_back(evidence_at(setting->place, std::move(message)));
  };
  tell(cloud_init.find({"system_info", "default_user", "lock_passwd"}), true,
       say("the first user gets no password"));
  tell(cloud_init.find({"ssh_pwauth"}), false, say("passwords are not taken over SSH"));
  tell(cloud_init.find({"disable_root"}), true, say("root may not log in over SSH"));
  return answer;
}

Answer kernel_fwcfg(const Context& context) {
  if (context.demands.cloud != "alibaba") return Answer::not_applied();
  const facts::BootEntry* entry = context.facts.boot.default_or_null();
  constexpr std::string_view prefix = "vmlinuz-";
  if (entry == nullptr || !entry->kernel) return Answer::not_applied();
  const std::string& kernel = entry->kernel->path;
  const std::size_t at = kernel.rfind(prefix);
  if (at == std::string::npos) return Answer::not_applied();
  const facts::SourceFile file =
      facts::read_source(context.fs, "/boot/config-" + kernel.substr(at + prefix.size()));
  if (!file.is_read() || file.text.empty()) return Answer::not_applied();
  for (const facts::TextLine& line : facts::split_lines(file.text))
    if (line.text.starts_with("CONFIG_FW_CFG_SYSFS=")) return Answer::clean();
  Answer answer;
  answer.fired.push_back(
      evidence_of(file.path, say("the kernel is built without CONFIG_FW_CFG_SYSFS")));
  return answer;
}

/// cloud.cfg decides which modules run; what is below cloud.cfg.d adds to it.
void judge_yaml(const CloudConfig& config, bool is_main, Answer& answer) {
  if (config.yaml.too_large) {
    answer.undetermined.push_back(
        say("'{}' is too large or too deep to be judged", config.file.path));
    return;
  }
  const YamlNode& root = config.yaml.root;
  if (config.is_template || (config.yaml.fault.empty() && root.kind == YamlNode::Kind::mapping))
    return;
  // A file of comments says nothing, and that is fine.
  if (!is_main && config.yaml.fault.empty() && root.kind == YamlNode::Kind::null) return;
  Evidence evidence = config.yaml.fault.empty()
                          ? evidence_of(config.file.path, say("this is no YAML mapping"))
                          : evidence_at(config.place(config.yaml.fault_line),
                                        say("this is no YAML: {}", config.yaml.fault));
  // What stands there may be a password.
  evidence.text.clear();
  if (!is_main) {
    evidence.severity = Severity::warning;
    evidence.effect = say("cloud-init leaves this file out");
  }
  answer.fired.push_back(std::move(evidence));
}

Answer yaml_invalid(const Context& context) {
  if (auto answer = without_cloud_init(context)) return *std::move(answer);
  Answer answer = begin(context);
  const auto& configs = context.facts.cloud_init.configs;
  for (const CloudConfig& config : configs)
    judge_yaml(config, config.file.path == "/etc/cloud/cloud.cfg", answer);
  return answer;
}

constexpr std::string_view no_identity =
    "a new machine gets no host name, keys, password or network from cloud-init";

constexpr std::array rules{
    Rule{"ci.disabled", Severity::warning, "cloud-init runs at boot", no_identity,
         "let cloud-init run, or remove it", disabled},
    Rule{"ci.yaml-invalid", Severity::error, "the configuration of cloud-init is YAML", no_identity,
         "correct the line", yaml_invalid},
    Rule{"ci.datasource-locked", Severity::warning,
         "cloud-init takes the identity that the machine is given", no_identity,
         "name the cloud's source in datasource_list, and delete seeds and caches",
         datasource_locked},
    Rule{"ci.state-leftover", Severity::warning, "cloud-init has not run in the image",
         "steps that are done once are not done again", "run: cloud-init clean --logs",
         state_leftover},
    Rule{"ci.generated-net", Severity::warning, "no network setup of an earlier boot is left",
         "if cloud-init does not write it anew the machine has no network",
         "delete the file; cloud-init writes it at boot", generated_net},
    Rule{"ci.password-locked-user", Severity::info, "users can log in with a password",
         "a password that is given at creation may be of no use", "none needed where keys are used",
         locked_user},
    Rule{"ci.kernel-fwcfg", Severity::info, "the kernel shows the firmware's settings",
         "tools that read the firmware's settings find none",
         "use a kernel with CONFIG_FW_CFG_SYSFS", kernel_fwcfg},
};

}  // namespace

std::span<const Rule> cloud_init_rules() {
  return rules;
}

}  // namespace imprint::rules
