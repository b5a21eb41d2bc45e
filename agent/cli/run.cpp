#include "agent/cli/run.h"

#include <ostream>

#include "agent/cli/print.h"
#include "agent/cli/session.h"

namespace imprint::cli {
namespace {

const char* const examples = R"(Examples:
  imprintctl check disk.qcow2                      would this image boot here? No daemon, no root, no network
  imprintctl image import /srv/debian12.qcow2 --name debian12
  imprintctl instance create --image debian12 --name web1 --data-disk 20GiB
  imprintctl instance reimage web1 --image debian13 --accept-data-loss

Each command explains itself: imprintctl COMMAND --help.
Exit status: 0 done; 1 rejected or failed; 2 undetermined; 3 rolled back; 4 needs attention; 64 wrong usage;
65 invalid, 66 not found, 69 unavailable, 70 internal, 73 exhausted, 74 corrupt, 75 conflict, 77 denied, 130 cancelled.)";

void add_globals(CLI::App& app, Session& session) {
  app.set_version_flag("--version", "imprintctl " IMPRINT_VERSION);
  app.add_flag("--json", session.json, "Print results as JSON");
  app.add_option("--socket", session.socket, "Where imprintd listens")
      ->envname("IMPRINT_SOCKET")
      ->capture_default_str()
      ->type_name("PATH");
  app.add_flag("--wait,!--no-wait", session.wait,
               "Wait for the job's end, the default; or only order it");
  app.add_option("--idempotency-key", session.idempotency_key,
                 "A repeat with the same key is the same order, never a second one")
      ->type_name("KEY");
  app.add_option("--expect-generation", session.expected_generation,
                 "Change the instance or image only if it still has this generation, as 'show' "
                 "tells it")
      ->type_name("N");
}

void build(CLI::App& app, Session& session) {
  app.name("imprintctl");
  app.footer(examples);
  app.require_subcommand(1);
  app.fallthrough();
  add_globals(app, session);
  add_check(app, session);
  add_rules(app, session);
  add_image(app, session);
  add_instance(app, session);
  add_job(app, session);
  add_node(app, session);
  add_completion(app, session);
}

/// 0 for help and version, which are printed; otherwise one line that names the fault.
int end_parsing(const CLI::App& app, const CLI::ParseError& fault, Environment& environment) {
  if (fault.get_exit_code() == 0) return app.exit(fault, environment.out, environment.err);
  complain(environment.err, fault.what());
  environment.err << "see: imprintctl --help\n";
  return status_usage;
}

}  // namespace

Service& Session::service() {
  if (!service_) service_ = environment.connect(socket);
  return *service_;
}

const std::string& Session::speak() {
  if (language.empty()) language = environment.language;
  environment.speak(language);
  return language;
}

void add_language(CLI::App& command, Session& session) {
  command
      .add_option("--lang", session.language,
                  "Of texts for people: en or zh; else as LC_ALL, LC_MESSAGES or LANG say")
      ->check(CLI::IsMember({"en", "zh"}));
}

Caller Session::caller() {
  if (idempotency_key.empty()) idempotency_key = random_uuid();
  return {"", idempotency_key, expected_generation};
}

int run(const std::vector<std::string>& arguments, Environment& environment) {
  Session session{environment};
  CLI::App app{"Turns images into machines, and never boots an image that it has not read first."};
  build(app, session);
  try {
    // The library wants them last first.
    app.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()});
  } catch (const CLI::ParseError& fault) {
    return end_parsing(app, fault, environment);
  }
  const auto status = session.action();
  environment.out.flush();
  if (status) return *status;
  complain(environment.err, status.error().message);
  return status_of(status.error().code);
}

}  // namespace imprint::cli
