// imprintctl instance start, stop, release.

#include "agent/cli/follow.h"
#include "agent/cli/options.h"

namespace imprint::cli {
namespace {

struct StopOptions : Named {
  std::string grace = "60s";
};

Result<int> start(Session& session, const Named& options) {
  return follow(session, session.service().start_instance(session.caller(), options.name));
}

Result<int> stop(Session& session, const StopOptions& options) {
  return follow(session, session.service().stop_instance(session.caller(), options.name,
                                                         {duration_of(options.grace)}));
}

Result<int> release(Session& session, const Named& options) {
  return follow(session, session.service().release_instance(session.caller(), options.name));
}

}  // namespace

void add_instance_power(CLI::App& instance, Session& session) {
  auto started = std::make_shared<Named>();
  add_name(add_action(instance, session, "start", "Start a machine and wait until its guest is up",
                      started, start),
           started, "INSTANCE");
  auto stopped = std::make_shared<StopOptions>();
  CLI::App* stopper = add_action(instance, session, "stop", "Shut a machine down", stopped, stop);
  add_name(stopper, stopped, "INSTANCE");
  stopper
      ->add_option("--grace", stopped->grace,
                   "Asked politely for so long, then by force; 0: by force at once")
      ->check(a_duration())
      ->capture_default_str();
  auto released = std::make_shared<Named>();
  CLI::App* releaser = add_action(instance, session, "release",
                                  "Delete a machine with all its disks", released, release);
  add_name(releaser, released, "INSTANCE");
  releaser->footer("The data disks go too. There is no way back.");
}

}  // namespace imprint::cli
