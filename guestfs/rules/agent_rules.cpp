// The rules agent.*: the programs by which a cloud, or the host, reaches into the guest.

#include "guestfs/rules/agent_rules.h"

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::ServiceFacts;
using facts::ServiceStart;

std::string cannot_look(std::string_view path) {
  return say("'{}' cannot be looked at", path);
}

Answer cloud_init_missing(const Context& context) {
  const facts::CloudInit& cloud_init = context.facts.cloud_init;
  Answer answer;
  if (cloud_init.is_installed()) return answer;
  answer.undetermined = cloud_init.unknown;
  if (cloud_init.unknown.empty())
    answer.fired.push_back(evidence_of("/usr/bin/cloud-init", say("cloud-init is not installed")));
  return answer;
}

Answer qemu_agent(const Context& context) {
  Answer answer;
  for (const char* path : {"/usr/bin/qemu-ga", "/usr/sbin/qemu-ga"}) {
    const auto there = is_there(context, path);
    if (!there) return Answer::unknown(cannot_look(path));
    if (*there) {
      answer.fired.push_back(evidence_of(path, say("the QEMU guest agent is installed")));
      break;
    }
  }
  return answer;
}

Answer required(const Context& context) {
  const Things& things = context.demands.required;
  if (things.paths.empty() && things.units.empty()) return Answer::not_applied();
  Answer answer;
  for (const std::string& path : things.paths) {
    const auto there = is_there(context, path);
    if (!there) answer.undetermined.push_back(cannot_look(path));
    if (there && !*there)
      answer.fired.push_back(evidence_of(path, say("'{}' is required and not there", path)));
  }
  const ServiceFacts& services = context.facts.services;
  if (!things.units.empty())
    std::copy(services.unknown.begin(), services.unknown.end(),
              std::back_inserter(answer.undetermined));
  for (const std::string& unit : things.units)
    if (services.start_of(unit) == nullptr && services.unknown.empty())
      answer.fired.push_back(
          evidence_of({}, services.is_installed(unit)
                              ? say("the service '{}' is required and not started", unit)
                              : say("the service '{}' is required and not there", unit)));
  return answer;
}

Answer forbidden(const Context& context) {
  const Things& things = context.demands.forbidden;
  if (things.paths.empty() && things.units.empty()) return Answer::not_applied();
  Answer answer;
  for (const std::string& path : things.paths) {
    const auto there = is_there(context, path);
    if (!there) answer.undetermined.push_back(cannot_look(path));
    if (there && *there)
      answer.fired.push_back(evidence_of(path, say("'{}' must not be there", path)));
  }
  for (const std::string& unit : things.units)
    if (const ServiceStart* start = context.facts.services.start_of(unit))
      answer.fired.push_back(
          evidence_at(start->place, say("the service '{}' must not be started", unit)));
  return answer;
}

/// Files by which the agent of one cloud is known.
struct CloudAgent {
  std::string_view cloud;
  std::string_view name;
  std::string_view path;
};

constexpr std::array cloud_agents{
    CloudAgent{"azure", "waagent", "/usr/sbin/waagent"},
    CloudAgent{"azure", "waagent", "/usr/bin/waagent"},
    CloudAgent{"google", "google-guest-agent", "/usr/bin/google_guest_agent"},
    CloudAgent{"google", "google-osconfig-agent", "/usr/bin/google_osconfig_agent"},
    CloudAgent{"amazon", "amazon-ssm-agent", "/usr/bin/amazon-ssm-agent"},
    CloudAgent{"amazon", "amazon-ssm-agent", "/snap/amazon-ssm-agent"},
    CloudAgent{"digitalocean", "DigitalOcean", "/opt/digitalocean"},
    CloudAgent{"alibaba", "aliyun-service", "/usr/sbin/aliyun-service"},
    CloudAgent{"alibaba", "aliyun_assist", "/usr/local/share/aliyun-assist"},
    CloudAgent{"alibaba", "aegis", "/usr/local/aegis"},
    CloudAgent{"alibaba", "cloudmonitor", "/usr/local/cloudmonitor"},
    CloudAgent{"jdcloud", "jcs-agent", "/usr/local/share/jcloud"},
    CloudAgent{"jdcloud", "jdog-monitor", "/usr/local/share/jdog-monitor"},
    CloudAgent{"tencent", "qcloud", "/usr/local/qcloud"},
    CloudAgent{"huawei", "hostguard", "/usr/local/hostguard"},
    CloudAgent{"huawei", "CloudResetPwdAgent", "/CloudResetPwdUpdateAgent"},
    CloudAgent{"oracle", "oracle-cloud-agent", "/snap/oracle-cloud-agent"},
};

Answer foreign(const Context& context) {
  Answer answer;
  std::string_view last;
  for (const CloudAgent& agent : cloud_agents) {
    if (agent.cloud == context.demands.cloud || agent.name == last) continue;
    const auto there = is_there(context, agent.path);
    if (!there) return Answer::unknown(cannot_look(agent.path));
    if (!*there) continue;
    last = agent.name;
    answer.fired.push_back(evidence_of(
        std::string{agent.path}, say("'{}' belongs to the cloud '{}'", agent.name, agent.cloud)));
  }
  return answer;
}

Answer broken_units(const Context& context) {
  const ServiceFacts& services = context.facts.services;
  Answer answer;
  answer.undetermined = services.unknown;
  for (const ServiceStart& start : services.starts)
    if (start.dangling)
      answer.fired.push_back(
          evidence_at(start.place, say("'{}' is to be started, and is not there", start.name)));
  for (const facts::UnitAlias& alias : services.aliases) {
    if (!alias.dangling) continue;
    Evidence evidence = evidence_at(
        alias.place, say("'{}' is a name of '{}', which is not there", alias.name, alias.target));
    evidence.severity = Severity::info;
    answer.fired.push_back(std::move(evidence));
  }
  return answer;
}

constexpr std::array rules{
    Rule{"agent.cloud-init-missing", Severity::info, "cloud-init is installed",
         "the machine takes no host name, keys or user data from the cloud", "install cloud-init",
         cloud_init_missing},
    Rule{"agent.qemu-ga", Severity::info, "the QEMU guest agent is not installed",
         "the host can run commands in the machine",
         "remove qemu-guest-agent if that is not wanted", qemu_agent},
    Rule{"agent.required", Severity::error, "the cloud's own agents are installed and started",
         "the cloud cannot set the machine up or look after it", "install the cloud's agent",
         required},
    Rule{"agent.forbidden", Severity::error, "nothing is installed that the cloud forbids",
         "it gets in the way of the cloud's own agents", "remove its package", forbidden},
    Rule{"agent.foreign", Severity::info, "no agent of another cloud is installed",
         "it looks for services that are not there, or gives another cloud a way in",
         "remove its package", foreign},
    Rule{"agent.systemd-broken-units", Severity::warning, "every enabled service is there",
         "the service is not started", "delete the link, or install what it started", broken_units},
};

}  // namespace

std::span<const Rule> agent_rules() {
  return rules;
}

}  // namespace imprint::rules
