// The verbs of instances that change something.

#include "agent/model/json.h"
#include "agent/policy/reimage.h"
#include "agent/workflows/commit_instance.h"
#include "agent/workflows/create_instance.h"
#include "agent/workflows/job_runner.h"
#include "agent/workflows/reimage_instance.h"
#include "agent/workflows/release_instance.h"
#include "agent/workflows/revert_instance.h"
#include "agent/workflows/start_instance.h"
#include "agent/workflows/stop_instance.h"

namespace imprint::workflows {
namespace {

Json request_of(const std::string& instance, const Json& request = nullptr) {
  return {{"instance", instance}, {"request", request}};
}

}  // namespace

Result<Instance> JobRunner::free_instance(const Caller& caller, const std::string& ref) {
  const Instance found = TRY(records_.find_instance(ref));
  if (const auto open = open_job_about(found.id))
    return make_error(Errc::conflict, "job '{}' is open on instance '{}'", open->str(), found.name);
  // Again: the job that ended meanwhile may have changed it.
  Instance now = TRY(records_.instance(found.id));
  TRY(require_generation(caller, "instance", now.name, now.generation));
  return now;
}

Result<> JobRunner::require_free(const std::string& name) {
  const auto taken = records_.find_instance(name);
  if (taken) return make_error(Errc::conflict, "instance '{}' exists: {}", name, taken->id.str());
  return taken.error().code == Errc::not_found ? Result<>{} : Result<>{taken.error()};
}

Result<Job> JobRunner::create_instance(const Caller& caller, const CreateInstance& request) {
  Order order{
      .kind = JobKind::create_instance,
      .request = to_record(request),
      .draft = [&]() -> Result<Draft> {
        const Image image = TRY(choose_image(request.image));
        const CreatePlan plan = TRY(
            plan_create({image, caller.name, format_time(ports_.clock.now())}, request, settings_));
        for (const Instance& instance : plan.instances) TRY(require_free(instance.name));
        return Draft{JobKind::create_instance, subject_of(plan), to_json(plan), create_steps(plan)};
      }};
  if (!request.user_data.empty() || !request.password_hash.empty())
    order.keep_secrets = [&](const Job& job) -> Result<Json> {
      CreatePlan plan = TRY(parse_create_plan(job.context.at("plan")));
      for (const Instance& instance : plan.instances)
        TRY(ports_.volumes.save_secrets(instance.id, request.user_data, request.password_hash));
      plan.secrets_kept = true;
      return to_json(plan);
    };
  return submit(caller, order);
}

Result<Draft> JobRunner::draft_power(JobKind kind, const Caller& caller, const std::string& ref,
                                     std::chrono::seconds grace) {
  const Instance instance = TRY(free_instance(caller, ref));
  const PowerPlan plan{instance.id, instance.uuid, instance.wanted_running, grace};
  return Draft{kind, instance.id.str(), to_json(plan),
               kind == JobKind::start_instance ? start_steps(plan) : stop_steps(plan)};
}

Result<Job> JobRunner::start_instance(const Caller& caller, const std::string& instance) {
  return submit(caller,
                {.kind = JobKind::start_instance, .request = request_of(instance), .draft = [&] {
                   return draft_power(JobKind::start_instance, caller, instance,
                                      std::chrono::seconds{0});
                 }});
}

Result<Job> JobRunner::stop_instance(const Caller& caller, const std::string& instance,
                                     const StopInstance& request) {
  return submit(caller, {.kind = JobKind::stop_instance,
                         .request = request_of(instance, to_json(request)),
                         .draft = [&] {
                           return draft_power(JobKind::stop_instance, caller, instance,
                                              request.grace);
                         }});
}

Result<ReimageFacts> JobRunner::reimage_facts(const Instance& instance,
                                              const ReimageInstance& request) {
  const auto now = ports_.clock.now();
  const Image image = TRY(choose_image(request.image));
  return ReimageFacts{instance, image, format_time(now),
                      request.keep_old.count() > 0 ? format_time(now + request.keep_old) : "",
                      TRY(ports_.volumes.newest_system(instance.id))};
}

Result<Plan> JobRunner::plan_reimage(const std::string& instance, const ReimageInstance& request) {
  const ReimageFacts facts = TRY(reimage_facts(TRY(records_.find_instance(instance)), request));
  return describe_reimage(facts, TRY(workflows::plan_reimage(facts, request, settings_)),
                          settings_);
}

Result<Job> JobRunner::reimage_instance(const Caller& caller, const std::string& instance,
                                        const ReimageInstance& request) {
  Order order{.kind = JobKind::reimage_instance,
              .request = request_of(instance, to_record(request)),
              .draft = [&]() -> Result<Draft> {
                const Instance found = TRY(free_instance(caller, instance));
                TRY(policy::require_acceptance(found, request.accept_data_loss));
                const ReimageFacts facts = TRY(reimage_facts(found, request));
                const ExchangePlan plan = TRY(workflows::plan_reimage(facts, request, settings_));
                return Draft{JobKind::reimage_instance, found.id.str(), to_json(plan),
                             reimage_steps(plan, settings_)};
              }};
  if (request.user_data)
    order.keep_secrets = [&](const Job& job) -> Result<Json> {
      // The user data is for this system only; in its seed it survives a crash, and the instance's
      // own stay as they are.
      ExchangePlan plan = TRY(parse_exchange_plan(job.context.at("plan")));
      auto secrets = TRY(ports_.volumes.load_secrets(plan.after.id));
      plan.after.system.seed = TRY(ports_.volumes.create_seed(
          plan.after.id, plan.after.system_generation,
          seed_of(plan.after, plan.after.system, *request.user_data, secrets.password_hash)));
      return to_json(plan);
    };
  return submit(caller, order);
}

Result<Job> JobRunner::revert_instance(const Caller& caller, const std::string& instance) {
  return submit(caller, {.kind = JobKind::revert_instance,
                         .request = request_of(instance),
                         .draft = [&]() -> Result<Draft> {
                           const ExchangePlan plan =
                               TRY(plan_revert(TRY(free_instance(caller, instance)), settings_));
                           return Draft{JobKind::revert_instance, plan.before.id.str(),
                                        to_json(plan), revert_steps(plan, settings_)};
                         }});
}

Result<Job> JobRunner::commit_instance(const Caller& caller, const std::string& instance) {
  return submit(caller, {.kind = JobKind::commit_instance,
                         .request = request_of(instance),
                         .draft = [&]() -> Result<Draft> {
                           const CommitPlan plan =
                               TRY(plan_commit(TRY(free_instance(caller, instance))));
                           return Draft{JobKind::commit_instance, plan.instance.id.str(),
                                        to_json(plan), commit_steps(plan)};
                         }});
}

Result<Job> JobRunner::release_instance(const Caller& caller, const std::string& instance) {
  return submit(caller, {.kind = JobKind::release_instance,
                         .request = request_of(instance),
                         .draft = [&]() -> Result<Draft> {
                           const ReleasePlan plan{TRY(free_instance(caller, instance))};
                           return Draft{JobKind::release_instance, plan.instance.id.str(),
                                        to_json(plan), release_steps(plan)};
                         }});
}

}  // namespace imprint::workflows
