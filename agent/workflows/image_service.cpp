// The verbs of images.

#include "agent/model/json.h"
#include "agent/policy/deletion.h"
#include "agent/policy/image_choice.h"
#include "agent/workflows/delete_image.h"
#include "agent/workflows/examine_image.h"
#include "agent/workflows/import_image.h"
#include "agent/workflows/job_runner.h"

namespace imprint::workflows {

Result<Job> JobRunner::import_image(const Caller& caller, const ImportImage& request) {
  return submit(
      caller,
      {.kind = JobKind::import_image, .request = to_json(request), .draft = [&]() -> Result<Draft> {
         const ImageId id = ImageId::generate();
         const ImportPlan plan =
             TRY(plan_import(id, request, caller.name, format_time(ports_.clock.now())));
         return Draft{JobKind::import_image, id.str(), to_json(plan), import_steps(plan)};
       }});
}

Result<std::vector<Image>> JobRunner::list_images() {
  return records_.images();
}

Result<Image> JobRunner::show_image(const std::string& image) {
  return policy::choose_image(TRY(records_.images()), image);
}

Result<Image> JobRunner::choose_image(const std::string& ref) {
  TRY(damaged_.permit_image(ref));
  return show_image(ref);
}

Result<Json> JobRunner::show_report(const std::string& image) {
  if (const auto job = JobId::parse(image)) return records_.report(job->str());
  return records_.report(TRY(show_image(image)).id.str());
}

Result<Job> JobRunner::delete_image(const Caller& caller, const std::string& image, bool force) {
  const Json request{{"image", image}, {"force", force}};
  return submit(
      caller, {.kind = JobKind::delete_image, .request = request, .draft = [&]() -> Result<Draft> {
                 const DeletePlan plan{TRY(choose_image(image)), force};
                 if (!force) TRY(damaged_.permit_deletion());
                 TRY(require_generation(caller, "image", plan.image.name, plan.image.generation));
                 TRY(policy::may_delete_image(TRY(records_.instances()), plan.image, force));
                 return Draft{JobKind::delete_image, plan.image.id.str(), to_json(plan),
                              delete_steps(plan)};
               }});
}

Result<Job> JobRunner::verify_image(const Caller& caller, const std::string& image) {
  return submit(caller, {.kind = JobKind::verify_image,
                         .request = {{"image", image}},
                         .draft = [&]() -> Result<Draft> {
                           const ExaminePlan plan{TRY(choose_image(image))};
                           return Draft{JobKind::verify_image, plan.image.id.str(), to_json(plan),
                                        verify_steps(plan)};
                         }});
}

Result<Job> JobRunner::check_image(const Caller& caller, const std::string& image) {
  return submit(
      caller,
      {.kind = JobKind::check_image,
       .request = {{"image", image}},
       .draft = [&]() -> Result<Draft> {
         const ExaminePlan plan{TRY(choose_image(image))};
         return Draft{JobKind::check_image, plan.image.id.str(), to_json(plan), check_steps(plan)};
       }});
}

}  // namespace imprint::workflows
