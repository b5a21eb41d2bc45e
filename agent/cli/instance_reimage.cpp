// imprintctl instance reimage, reset, revert, commit.

#include <ostream>

#include "agent/cli/follow.h"
#include "agent/cli/options.h"
#include "agent/cli/print.h"
#include "agent/model/json.h"
#include "agent/model/quantity.h"

namespace imprint::cli {
namespace {

const char* const examples =
    R"(Everything that can fail is done beside the running system; then the machine stops, the system disk is swapped, the machine
starts, and the guest must show that it came up. If it does not, the old system is put back and started again. Data disks stay
as they are. The old system disk is kept for a while: 'revert' brings it back, 'commit' gives it up.

Examples:
  imprintctl instance reimage web1 --image debian13 --dry-run
  imprintctl instance reimage web1 --image debian13 --accept-data-loss --keep-old 7d
  imprintctl instance reset web1 --accept-data-loss)";

struct ReimageOptions : Named {
  std::string image;  ///< empty: the instance's own
  bool accept_data_loss = false;
  bool dry_run = false;
  std::string keep_old = "24h";
  std::string disk;
  std::string user_data;
  ConfirmOptions confirm;
};

Result<ReimageInstance> request_of(Session& session, const ReimageOptions& options) {
  ReimageInstance request;
  request.image = options.image;
  if (request.image.empty())
    request.image = TRY(session.service().show_instance(options.name)).instance.system.image.str();
  request.accept_data_loss = options.accept_data_loss;
  request.keep_old = duration_of(options.keep_old);
  if (!options.disk.empty()) request.disk = size_of(options.disk);
  if (!options.user_data.empty()) request.user_data = TRY(read_user_data(options.user_data));
  request.confirm = TRY(confirm_of(options.confirm));
  return request;
}

void print_consequences(std::ostream& out, const Plan& plan) {
  for (const auto& text : plan.lost) out << "lost: " << one_line(text) << "\n";
  for (const auto& text : plan.kept) out << "kept: " << one_line(text) << "\n";
}

void print_plan(std::ostream& out, const Plan& plan) {
  std::size_t number = 0;
  for (const PlanStep& step : plan.steps)
    out << fmt::format("{:2}. {}\n", ++number, one_line(step.text.empty() ? step.name : step.text));
  print_consequences(out, plan);
  out << "space needed: at most " << format_size(plan.space_needed) << "\n";
}

Result<int> reimage(Session& session, const ReimageOptions& options) {
  const ReimageInstance request = TRY(request_of(session, options));
  const Environment& environment = session.environment;
  if (options.dry_run) {
    const Plan plan = TRY(session.service().plan_reimage(options.name, request));
    if (session.json)
      print_json(environment.out, to_json(plan));
    else
      print_plan(environment.out, plan);
    return status_ok;
  }
  if (!request.accept_data_loss) {
    const Plan plan = TRY(session.service().plan_reimage(options.name, request));
    print_consequences(environment.err, plan);
    environment.err << "imprintctl: nothing was done: say --accept-data-loss to go on\n";
    return status_usage;
  }
  return follow(session,
                session.service().reimage_instance(session.caller(), options.name, request));
}

Result<int> revert(Session& session, const Named& options) {
  return follow(session, session.service().revert_instance(session.caller(), options.name));
}

Result<int> commit(Session& session, const Named& options) {
  return follow(session, session.service().commit_instance(session.caller(), options.name));
}

void add_reimage_options(CLI::App* command, const std::shared_ptr<ReimageOptions>& options) {
  add_name(command, options, "INSTANCE");
  command->add_flag("--accept-data-loss", options->accept_data_loss,
                    "Yes, what is on the system disk may go");
  command->add_flag("--dry-run", options->dry_run, "Print the plan and change nothing");
  command->add_option("--keep-old", options->keep_old, "How long the old system disk is kept")
      ->check(a_duration())
      ->capture_default_str();
  command
      ->add_option("--disk", options->disk,
                   "Size of the new system disk; never smaller than the image")
      ->check(a_size());
  command->add_option("--user-data", options->user_data, "A new user-data document for cloud-init")
      ->type_name("FILE");
  add_confirm(command, options->confirm);
  command->footer(examples);
}

}  // namespace

void add_instance_reimage(CLI::App& instance, Session& session) {
  auto reimaged = std::make_shared<ReimageOptions>();
  CLI::App* command = add_action(instance, session, "reimage",
                                 "Put a new system disk in place of the old one; data disks stay",
                                 reimaged, reimage);
  command
      ->add_option("--image", reimaged->image,
                   "Its id, its name (the newest version), or name@version")
      ->required();
  add_reimage_options(command, reimaged);

  auto reset = std::make_shared<ReimageOptions>();
  add_reimage_options(add_action(instance, session, "reset",
                                 "Reimage with the instance's own image", reset, reimage),
                      reset);

  auto reverted = std::make_shared<Named>();
  add_name(add_action(instance, session, "revert", "Put the system before the last reimage back",
                      reverted, revert),
           reverted, "INSTANCE");
  auto committed = std::make_shared<Named>();
  add_name(add_action(instance, session, "commit",
                      "Give up the old system disk of the last reimage now", committed, commit),
           committed, "INSTANCE");
}

}  // namespace imprint::cli
