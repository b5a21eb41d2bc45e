#pragma once
// Options that several sub-commands take, and how their texts are checked while the command line is
// read.

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/confirm.h"
#include "agent/model/request.h"

namespace imprint::cli {

/// "20GiB", "512MiB", bytes.
CLI::Validator a_size();
/// "24h", "90s".
CLI::Validator a_duration();

/// The value of a text that passed a_size() or a_duration().
std::uint64_t size_of(const std::string& text);
std::chrono::seconds duration_of(const std::string& text);

/// The one thing that a command is about.
struct Named {
  std::string name;
};
void add_name(CLI::App* command, const std::shared_ptr<Named>& options, const std::string& noun);

struct ConfirmOptions {
  std::string kind;
  std::string pattern;
  std::string limit;
};
/// --confirm, --confirm-pattern, --confirm-timeout.
void add_confirm(CLI::App* command, ConfirmOptions& options);
/// None if none of the three was given. Errc::invalid for a pattern that is no regular expression.
Result<std::optional<ConfirmSignal>> confirm_of(const ConfirmOptions& options);

/// The content of a file for --user-data. Errors carry the path.
Result<Secret> read_user_data(const std::string& path);
/// One key a line; empty lines and those that start with '#' are passed over. Errors carry the
/// path.
Result<std::vector<std::string>> read_ssh_keys(const std::vector<std::string>& paths);

}  // namespace imprint::cli
