// imprintctl: hands the command line what it may use.

#include <signal.h>
#include <unistd.h>

#include <iostream>

#include "agent/api/client.h"
#include "agent/cli/run.h"
#include "guestfs/inspect/worker_inspector.h"
#include "guestfs/report/text.h"
#include "guestfs/rules/table.h"

namespace {

std::vector<imprint::cli::RuleText> list_rules() {
  std::vector<imprint::cli::RuleText> texts;
  for (const auto& rule : imprint::rules::all_rules())
    texts.push_back({std::string{rule.id}, rule.severity, std::string{rule.title},
                     std::string{rule.effect}, std::string{rule.hint}});
  return texts;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace imprint;
  ::signal(SIGPIPE, SIG_IGN);
  cli::Environment environment{
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
      .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
      .connect = [](const auto& socket) { return std::make_shared<api::Client>(socket); },
      .inspector = []() -> Result<std::unique_ptr<Inspector>> {
        return std::unique_ptr<Inspector>{std::make_unique<inspect::WorkerInspector>()};
      },
      .render = report::render_text,
      .rules = list_rules};
  return cli::run({argv + 1, argv + argc}, environment);
}
