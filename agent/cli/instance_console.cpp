// imprintctl instance console.

#include <ostream>

#include "agent/cli/options.h"
#include "agent/cli/print.h"
#include "agent/cli/session.h"

namespace imprint::cli {
namespace {

struct ConsoleOptions : Named {
  std::size_t bytes = 16384;
};

/// The text without control characters but newline and tab.
std::string without_controls(const std::string& text) {
  std::string clean;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || c == '\t' || (byte >= 0x20 && byte != 0x7f)) clean += c;
  }
  return clean;
}

Result<int> console(Session& session, const ConsoleOptions& options) {
  const std::string text = TRY(session.service().read_console(options.name, options.bytes));
  if (session.json)
    print_json(session.environment.out, {{"console", text}});
  else
    session.environment.out << (session.environment.out_is_terminal ? without_controls(text)
                                                                    : text);
  return status_ok;
}

}  // namespace

void add_instance_console(CLI::App& instance, Session& session) {
  auto options = std::make_shared<ConsoleOptions>();
  CLI::App* command =
      add_action(instance, session, "console", "The end of the serial console", options, console);
  add_name(command, options, "INSTANCE");
  command->add_option("--bytes", options->bytes, "How much of it")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->footer(
      "On a terminal, control sequences of the guest are left out; through a pipe come the bytes "
      "as they are.");
}

}  // namespace imprint::cli
