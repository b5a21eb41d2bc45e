#include "agent/workflows/delete_image.h"

#include "agent/model/json.h"
#include "agent/policy/deletion.h"
#include "agent/policy/image_choice.h"
#include "agent/workflows/image_bytes.h"
#include "agent/workflows/records.h"

namespace imprint::workflows {
namespace {

Result<> forget(Run& run) {
  const DeletePlan plan = TRY(parse_delete_plan(run.plan()));
  return run.insist("store", [&]() -> Result<> {
    const std::lock_guard lock{run.shared.bytes};  // so that no create begins to use it in between
    Records records{run.ports.store};
    TRY(policy::may_delete_image(TRY(records.instances()), plan.image, plan.force));
    return records.forget_image(plan.image.id);
  });
}

Result<> drop(Run& run) {
  const DeletePlan plan = TRY(parse_delete_plan(run.plan()));
  TRY(drop_unused_bytes(run, plan.image.digest));
  return run.save_result({{"image", plan.image.id.str()}});
}

}  // namespace

Json to_json(const DeletePlan& plan) {
  return {{"image", to_json(plan.image)}, {"force", plan.force}};
}

Result<DeletePlan> parse_delete_plan(const Json& json) {
  ObjectReader reader{json, "plan"};
  const Json& image = reader.member("image");
  const bool force = reader.boolean_or("force", false);
  TRY(reader.finish());
  return DeletePlan{TRY(parse_image(image)), force};
}

Steps delete_steps(const DeletePlan& plan) {
  return {
      {.name = "forget",
       .text = fmt::format("take image '{}' from the list", policy::name_and_version(plan.image)),
       .run = forget,
       .commits = true},
      {.name = "bytes",
       .text = "remove its bytes unless something rests on them",
       .run = drop,
       .way = Way::forward}};
}

}  // namespace imprint::workflows
