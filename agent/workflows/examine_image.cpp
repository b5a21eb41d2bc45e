#include "agent/workflows/examine_image.h"

#include "agent/model/json.h"
#include "agent/policy/image_choice.h"

namespace imprint::workflows {
namespace {

Result<ExaminePlan> plan_of(const Run& run) {
  return parse_examine_plan(run.plan());
}

Result<> read_all(Run& run) {
  const ExaminePlan plan = TRY(plan_of(run));
  TRY(run.ports.volumes.verify_image(plan.image.digest, [&run] { return run.interrupted(); }));
  return run.save_result({{"image", plan.image.id.str()}, {"digest", plan.image.digest.hex()}});
}

Result<> see_that_it_is_whole(Run& run) {
  const ExaminePlan plan = TRY(plan_of(run));
  return run.ports.volumes.probe_image(plan.image.digest, plan.image.file_size);
}

Result<> inspect(Run& run) {
  const ExaminePlan plan = TRY(plan_of(run));
  ImageReport report =
      TRY(run.ports.inspector.inspect({.image = run.ports.volumes.image_path(plan.image.digest),
                                       .declared_format = "qcow2",
                                       .digest = {},
                                       .profile = run.settings.profile,
                                       .companions = {},
                                       .time_limit = run.settings.inspect_limit,
                                       .cancelled = [&run] { return run.interrupted(); }}));
  if (run.interrupted()) return make_error(Errc::cancelled, "interrupted");
  report.path = policy::name_and_version(plan.image);
  const Json json = to_json(Report{run.settings.profile, run.ports.inspector.ruleset(), {report}});
  return run.save_result(
      {{"image", plan.image.id.str()}, {"verdict", to_string(report.verdict)}, {"report", json}});
}

}  // namespace

Json to_json(const ExaminePlan& plan) {
  return {{"image", to_json(plan.image)}};
}

Result<ExaminePlan> parse_examine_plan(const Json& json) {
  ObjectReader reader{json, "plan"};
  const Json& image = reader.member("image");
  TRY(reader.finish());
  return ExaminePlan{TRY(parse_image(image))};
}

Steps verify_steps(const ExaminePlan& plan) {
  return {{.name = "read",
           .text = fmt::format("read all of image '{}' and compare its digest",
                               policy::name_and_version(plan.image)),
           .run = read_all}};
}

Steps check_steps(const ExaminePlan& plan) {
  return {
      {.name = "whole",
       .text = fmt::format("see that image '{}' is whole", policy::name_and_version(plan.image)),
       .run = see_that_it_is_whole},
      {.name = "inspect", .text = "read it in the sandbox and judge it", .run = inspect}};
}

}  // namespace imprint::workflows
