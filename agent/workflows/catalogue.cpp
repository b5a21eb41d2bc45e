#include "agent/workflows/catalogue.h"

#include "agent/model/json.h"
#include "agent/workflows/commit_instance.h"
#include "agent/workflows/create_instance.h"
#include "agent/workflows/delete_image.h"
#include "agent/workflows/examine_image.h"
#include "agent/workflows/import_image.h"
#include "agent/workflows/reimage_instance.h"
#include "agent/workflows/release_instance.h"
#include "agent/workflows/revert_instance.h"
#include "agent/workflows/start_instance.h"
#include "agent/workflows/stop_instance.h"

namespace imprint::workflows {

Result<Steps> steps_of(JobKind kind, const Json& plan, const Settings& settings) {
  switch (kind) {
    case JobKind::import_image:
      return import_steps(TRY(parse_import_plan(plan)));
    case JobKind::delete_image:
      return delete_steps(TRY(parse_delete_plan(plan)));
    case JobKind::verify_image:
      return verify_steps(TRY(parse_examine_plan(plan)));
    case JobKind::check_image:
      return check_steps(TRY(parse_examine_plan(plan)));
    case JobKind::create_instance:
      return create_steps(TRY(parse_create_plan(plan)));
    case JobKind::start_instance:
      return start_steps(TRY(parse_power_plan(plan)));
    case JobKind::stop_instance:
      return stop_steps(TRY(parse_power_plan(plan)));
    case JobKind::reimage_instance:
      return reimage_steps(TRY(parse_exchange_plan(plan)), settings);
    case JobKind::revert_instance:
      return revert_steps(TRY(parse_exchange_plan(plan)), settings);
    case JobKind::commit_instance:
      return commit_steps(TRY(parse_commit_plan(plan)));
    case JobKind::release_instance:
      return release_steps(TRY(parse_release_plan(plan)));
  }
  return make_error(Errc::invalid, "a job of an unknown kind");
}

}  // namespace imprint::workflows
