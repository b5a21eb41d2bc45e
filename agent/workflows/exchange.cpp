#include "agent/workflows/exchange.h"

#include <map>

#include "agent/model/json.h"
#include "agent/policy/reimage.h"
#include "agent/workflows/confirm.h"
#include "agent/workflows/image_bytes.h"
#include "agent/workflows/machine.h"
#include "agent/workflows/records.h"
#include "agent/workflows/systems.h"

namespace imprint::workflows {
namespace {

using std::chrono::seconds;

Result<ExchangePlan> plan_of(const Run& run) {
  return parse_exchange_plan(run.plan());
}

/// A machine that was off is started to see whether its new system comes up, unless nobody would
/// look.
bool is_booted(const ExchangePlan& plan) {
  return plan.was_running.value_or(true) || plan.after.system.confirm.kind != ConfirmKind::none;
}

Result<> stop(Run& run, seconds grace) {
  ExchangePlan plan = TRY(plan_of(run));
  if (!plan.was_running) {
    // Not what the hypervisor says: a host that went down has stopped every machine, and a `rest`
    // that failed has left one running.
    plan.was_running = plan.before.wanted_running;
    TRY(run.save_plan(to_json(plan)));
  }
  return stop_machine(run, plan.before.uuid, grace);
}

Result<> start_again(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  if (!plan.was_running) return {};
  TRY(define_if_absent(run, plan.before));
  if (!*plan.was_running) return stop_machine(run, plan.before.uuid, seconds{0});
  TRY(start_machine(run, plan.before.uuid));
  ConfirmSignal runs;
  runs.kind = ConfirmKind::none;
  return confirm_boot(run, plan.before.uuid, runs);
}

Result<> swap(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  TRY(define_if_absent(run, plan.before));
  return exchange_system(run, plan.before, plan.after);
}

Result<> swap_back(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  TRY(define_if_absent(run, plan.before));
  if (TRY(ask_state(run, plan.before.uuid)).system_path == plan.before.system.disk.path) return {};
  return exchange_system(run, plan.after, plan.before);
}

Result<> start(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  return is_booted(plan) ? start_machine(run, plan.after.uuid) : Result<>{};
}

Result<> stop_new(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  const MachineState state = TRY(ask_state(run, plan.after.uuid));
  // The step may never have come to start it; an old system that runs is not to be stopped.
  if (state.system_path != plan.after.system.disk.path) return {};
  return stop_machine(run, plan.after.uuid, seconds{0});
}

Result<> confirm(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  if (!is_booted(plan)) return {};
  // The host may have gone down with us; that says nothing about the new system.
  if (run.resumed && !has_process(TRY(ask_state(run, plan.after.uuid)).power))
    TRY(start_machine(run, plan.after.uuid));
  TRY(confirm_boot(run, plan.after.uuid, plan.after.system.confirm));
  const MachineState state = TRY(ask_state(run, plan.after.uuid));
  if (state.system_path == plan.after.system.disk.path) return {};
  return make_error(Errc::internal, "the machine runs from '{}', not from '{}'", state.system_path,
                    plan.after.system.disk.path);
}

Result<> record(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  const std::string until = format_time(run.ports.clock.now() + plan.keep_old);
  TRY(run.insist("store", [&] {
    return Records{run.ports.store}.change_instance(plan.before.id, [&](Instance& instance) {
      if (instance.system.disk.path == plan.after.system.disk.path) return false;
      instance.system = plan.after.system;
      instance.retained.reset();
      if (plan.keep_old.count() > 0) instance.retained = RetainedSystem{plan.before.system, until};
      return true;
    });
  }));
  if (plan.image) TRY(release_bytes(run, plan.image->digest));
  const Instance recorded = TRY(Records{run.ports.store}.instance(plan.before.id));
  run.shared.retention.lock()->note(recorded, run.ports.clock);
  Json result = to_json(recorded);
  if (plan.was_running.value_or(false))
    result["downtime"] = downtime_of(TRY(run.ports.journal.find(run.job().id)));
  return run.save_result(std::move(result));
}

Result<> rest(Run& run, seconds grace) {
  const ExchangePlan plan = TRY(plan_of(run));
  return plan.was_running.value_or(true) ? Result<>{} : stop_machine(run, plan.after.uuid, grace);
}

Result<> clean_up(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  for (const System& system : plan.discard) TRY(remove_system(run, plan.after, system));
  return {};
}

std::string stop_text(seconds grace) {
  return fmt::format("stop the machine, by force after {} s", grace.count());
}

std::string confirm_text(const System& system) {
  if (system.confirm.kind == ConfirmKind::none) return "see that the machine runs";
  return fmt::format(
      "wait up to {} s until the guest shows that it came up ({}); if it does not, the old system "
      "comes back",
      system.confirm.limit.count(), to_string(system.confirm.kind));
}

std::string record_text(const ExchangePlan& plan) {
  if (plan.keep_old.count() == 0) return "record the new system";
  return fmt::format("record the new system; keep the old one for {} s", plan.keep_old.count());
}

Result<std::vector<System>> parse_systems(ObjectReader& reader, std::string_view key) {
  std::vector<System> systems;
  for (const Json& item : reader.items(key))
    systems.push_back(TRY(parse_system(item, std::string{key})));
  return systems;
}

std::int64_t milliseconds_between(const std::string& began, const std::string& ended) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(parse_time(ended) -
                                                               parse_time(began))
      .count();
}

}  // namespace

Json downtime_of(const Job& job) {
  std::map<std::string, const JobStep*> steps;
  for (const JobStep& step : job.steps)
    if (step.state == StepState::done) steps[step.name] = &step;
  if (!steps.contains("stop") || !steps.contains("swap") || !steps.contains("start"))
    return nullptr;
  const auto taken = [&](const char* first, const char* last) {
    return milliseconds_between(steps[first]->started, steps[last]->ended);
  };
  return {{"milliseconds", taken("stop", "start")},
          {"stop", taken("stop", "stop")},
          {"swap", taken("swap", "swap")},
          {"start", taken("start", "start")}};
}

Json to_json(const ExchangePlan& plan) {
  Json discard = Json::array();
  for (const System& system : plan.discard) discard.push_back(to_json(system));
  return {{"before", to_json(plan.before)},
          {"after", to_json(plan.after)},
          {"keep_old_seconds", plan.keep_old.count()},
          {"discard", std::move(discard)},
          {"was_running", to_json_or_null(plan.was_running)},
          {"image", plan.image ? to_json(*plan.image) : Json(nullptr)},
          {"seed_given", plan.seed_given}};
}

Result<ExchangePlan> parse_exchange_plan(const Json& json) {
  ObjectReader reader{json, "plan"};
  const Json& before = reader.member("before");
  const Json& after = reader.member("after");
  const auto keep_old = reader.integer("keep_old_seconds");
  auto discard = parse_systems(reader, "discard");
  const Json& was_running = reader.member("was_running");
  const Json& image = reader.member("image");
  const bool seed_given = reader.boolean_or("seed_given", false);
  TRY(reader.finish());
  auto old_instance = TRY(parse_instance(before));
  auto new_instance = TRY(parse_instance(after));
  if (!discard) return discard.error();
  ExchangePlan plan{.before = std::move(old_instance),
                    .after = std::move(new_instance),
                    .keep_old = seconds{keep_old},
                    .discard = *std::move(discard),
                    .was_running = std::nullopt,
                    .image = std::nullopt,
                    .seed_given = seed_given};
  if (was_running.is_boolean()) plan.was_running = was_running.get<bool>();
  if (!image.is_null()) plan.image = TRY(parse_image(image));
  return plan;
}

Steps exchange_steps(const ExchangePlan& plan, seconds grace) {
  Steps steps{
      {.name = "stop",
       .text = stop_text(grace),
       .run = [grace](Run& run) { return stop(run, grace); },
       .undo = start_again,
       .takes_effect = true},
      {.name = "swap",
       .text = fmt::format("put the system disk of '{}' in place of that of '{}'",
                           plan.after.system.image_name, plan.before.system.image_name),
       .run = swap,
       .undo = swap_back},
      {.name = "start", .text = "start the machine", .run = start, .undo = stop_new},
      {.name = "confirm", .text = confirm_text(plan.after.system), .run = confirm},
      {.name = "record", .text = record_text(plan), .run = record, .way = Way::forward},
      {.name = "rest",
       .text = "stop the machine again if it was off before",
       .run = [grace](Run& run) { return rest(run, grace); },
       .way = Way::forward},
      {.name = "cleanup", .text = "remove what is not kept", .run = clean_up, .way = Way::forward}};
  return steps;
}

Result<> check_unchanged(Run& run, const Instance& before) {
  const Instance now = TRY(Records{run.ports.store}.instance(before.id));
  if (now.generation != before.generation)
    return make_error(Errc::conflict, "instance '{}' has changed since this was planned; ask again",
                      before.name);
  const MachineState state = TRY(run.ports.hypervisor.state(before.uuid));
  if (state.power == PowerState::unknown)
    return make_error(Errc::unavailable, "the state of instance '{}' is not known", before.name);
  if (state.power == PowerState::absent)
    return make_error(Errc::conflict,
                      "instance '{}' is not defined in the hypervisor any more; start defines it",
                      before.name);
  if (state.system_path == before.system.disk.path) return {};
  return make_error(Errc::conflict, "instance '{}' has the system disk '{}'; its record says '{}'",
                    before.name, state.system_path, before.system.disk.path);
}

}  // namespace imprint::workflows
