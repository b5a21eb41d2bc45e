#pragma once
// The whole command line behind one function, so that tests run it as a user does.

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "agent/model/report.h"
#include "agent/ports/inspector.h"
#include "agent/ports/repairer.h"
#include "agent/ports/service.h"

namespace imprint::cli {

/// What one built-in profile makes of a rule.
struct ProfileOpinion {
  std::string profile;
  std::string severity;  ///< "error", "warning", "info", or "off"
};

/// One rule as `imprintctl rules` shows it.
struct RuleText {
  std::string id;
  Severity severity = Severity::info;
  std::string title;
  std::string effect;
  std::string hint;
  std::vector<ProfileOpinion> profiles;
  std::string repair = {};  ///< what `check --repair` does about it; empty: nothing
};

enum class ReportFormat { text, json, sarif, junit, html };

/// What is around the command line. All of it must outlive the call of run().
struct Environment {
  std::istream& in;
  std::ostream& out;  ///< results
  std::ostream& err;  ///< progress and errors
  bool out_is_terminal;
  bool err_is_terminal;  ///< a line there may be written over
  bool colour;           ///< the user allows it on terminals
  std::function<std::shared_ptr<Service>(const std::filesystem::path& socket)> connect;
  std::function<Result<std::unique_ptr<Inspector>>()>
      inspector;  ///< made only when something is checked
  /// A report in one of its formats; only text has colours.
  std::function<std::string(const Report&, ReportFormat, bool colour)> render;
  std::function<std::vector<RuleText>()> rules;
  std::string language = "en";  ///< for people, where --lang does not say: "en" or "zh"
  std::function<void(const std::string& language)>
      speak;  ///< before `inspector`, `render`, `rules`
  std::function<Result<std::unique_ptr<Repairer>>()> repairer =
      {};  ///< made only when something is repaired
  /// A report with what was repaired, in one of its formats; only text has colours.
  std::function<std::string(const Report&, const RepairReport&, ReportFormat, bool colour)>
      render_repair = {};
};

/// Runs one command. `arguments` without the program's name. Returns the exit status
/// (agent/cli/exit_status.h).
int run(const std::vector<std::string>& arguments, Environment& environment);

}  // namespace imprint::cli
