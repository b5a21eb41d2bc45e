// What a caller sends, and what the journal and the worker hand back: JSON that is read strictly.

#include "agent/model/job.h"
#include "agent/model/json.h"
#include "agent/model/report.h"
#include "agent/model/request.h"
#include "guestfs/inspect/profile_json.h"
#include "tests/fuzz/input.h"

using namespace imprint;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = parse_json(fuzz::text_of(data, size));
  if (!json) return 0;
  // What was read once is read again from its own text.
  fuzz::require(parse_json(dump_json(*json)).has_value(), "a value survives its text");
  (void)parse_import_image(*json);
  (void)parse_create_instance(*json);
  (void)parse_reimage_instance(*json);
  (void)parse_stop_instance(*json);
  (void)inspect::parse_profiles_json(*json);
  if (const auto job = parse_job(*json))
    fuzz::require(parse_job(to_json(*job)).has_value(), "a job survives its record");
  return 0;
}
