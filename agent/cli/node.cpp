// imprintctl node status.

#include <ostream>

#include "agent/cli/print.h"
#include "agent/cli/session.h"
#include "agent/model/json.h"
#include "agent/model/quantity.h"

namespace imprint::cli {
namespace {

struct NoOptions {};

std::string space_note(const NodeStatus& node) {
  if (node.space_state == "full") return ": FULL, no job may write";
  return node.space_state == "low" ? ": LOW" : "";
}

std::string drift_note(const NodeStatus& node) {
  if (node.drift_checked.empty()) return "not looked for yet";
  return node.drift.empty() ? fmt::format("none at {}", node.drift_checked)
                            : fmt::format("{} at {}", node.drift.size(), node.drift_checked);
}

std::string appliance_note(const ApplianceUse& use) {
  if (use.kind == ApplianceStart::unused) return "not used since the agent's start";
  const std::string note = use.reason.empty() ? "" : fmt::format(" ({})", one_line(use.reason));
  return fmt::format("{}{}", to_string(use.kind), note);
}

Result<int> status(Session& session, const NoOptions&) {
  const NodeStatus node = TRY(session.service().node_status());
  if (session.json) {
    print_json(session.environment.out, to_json(node));
    return status_ok;
  }
  print_fields(session.environment.out,
               {{"node", node.node},
                {"region", node.region},
                {"version", node.version},
                {"hypervisor", (node.hypervisor_ok ? "" : "NOT ANSWERING: ") + node.hypervisor},
                {"accelerator", fmt::format("{} ({})", node.accelerator, node.accelerator_why)},
                {"appliance", appliance_note(node.appliance)},
                {"images", std::to_string(node.images)},
                {"instances", std::to_string(node.instances)},
                {"open jobs", std::to_string(node.open_jobs)},
                {"space", fmt::format("{} free of {}{}", format_size(node.space_free),
                                      format_size(node.space_total), space_note(node))},
                {"profile", node.profile},
                {"rules", node.ruleset},
                {"drift", drift_note(node)},
                {"damage", node.damage.empty() ? "none" : std::to_string(node.damage.size())}});
  std::ostream& out = session.environment.out;
  if (!node.read_only.empty()) out << one_line("READ ONLY: " + node.read_only) << "\n";
  for (const Damage& damage : node.damage)
    out << one_line(fmt::format("  UNREADABLE {}: {}; refused: {}", damage.name, damage.detail,
                                damage.refused.empty() ? "nothing" : damage.refused))
        << "\n";
  for (const Drift& drift : node.drift)
    out << one_line(fmt::format("  {} {}: {}", drift.kind, drift.subject, drift.detail)) << "\n";
  return status_ok;
}

}  // namespace

void add_node(CLI::App& app, Session& session) {
  CLI::App* node = app.add_subcommand("node", "This compute node");
  node->require_subcommand(1);
  add_action(*node, session, "status", "Its hypervisor, accelerator, appliance, space and counts",
             std::make_shared<NoOptions>(), status);
}

}  // namespace imprint::cli
