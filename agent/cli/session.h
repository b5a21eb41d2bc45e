#pragma once
// What the sub-commands share: the global flags, the environment, and the action that the command
// line chose.

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "agent/cli/exit_status.h"
#include "agent/cli/run.h"

namespace imprint::cli {

struct Session {
  explicit Session(Environment& the_environment) : environment{the_environment} {}

  Environment& environment;
  bool json = false;
  bool wait = true;
  std::string socket = "/run/imprint/imprint.sock";
  std::string idempotency_key;
  std::optional<std::int64_t> expected_generation;
  std::string language;                 ///< of --lang; empty: the environment's
  std::function<Result<int>()> action;  ///< set by the sub-command that was given

  /// The agent, on the chosen socket.
  Service& service();
  /// Sets the language that was asked for, and returns it.
  const std::string& speak();
  /// For a change: under the key that was given, or a new one.
  Caller caller();

 private:
  std::shared_ptr<Service> service_;
};

/// A sub-command with its action. `options` are filled by the parser and live as long as the
/// command.
template <class Options>
CLI::App* add_action(CLI::App& parent, Session& session, const std::string& name,
                     const std::string& description, std::shared_ptr<Options> options,
                     Result<int> (*action)(Session&, const Options&)) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->callback([&session, options, action] {
    session.action = [&session, options, action] { return action(session, *options); };
  });
  return command;
}

/// --lang, for commands whose texts there are in several languages.
void add_language(CLI::App& command, Session& session);

// One function a file: adds its sub-commands to the parent.
void add_check(CLI::App& app, Session& session);
void add_rules(CLI::App& app, Session& session);
void add_image(CLI::App& app, Session& session);
void add_image_import(CLI::App& image, Session& session);
void add_instance(CLI::App& app, Session& session);
void add_instance_create(CLI::App& instance, Session& session);
void add_instance_reimage(CLI::App& instance, Session& session);
void add_instance_power(CLI::App& instance, Session& session);
void add_instance_console(CLI::App& instance, Session& session);
void add_job(CLI::App& app, Session& session);
void add_node(CLI::App& app, Session& session);
void add_completion(CLI::App& app, Session& session);

}  // namespace imprint::cli
