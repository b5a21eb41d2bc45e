#include "agent/cli/options.h"

#include <sstream>

#include "agent/base/atomic_file.h"
#include "agent/model/json.h"
#include "agent/model/quantity.h"

namespace imprint::cli {
namespace {

constexpr std::size_t user_data_limit = std::size_t{64} << 10;
constexpr std::size_t key_file_limit = std::size_t{64} << 10;

/// The parser's verdict on a text: empty when it is fine.
template <class T>
std::string fault_of(const Result<T>& parsed) {
  return parsed ? "" : parsed.error().message;
}

}  // namespace

CLI::Validator a_size() {
  return {[](std::string& text) { return fault_of(parse_size(text)); }, "SIZE"};
}

CLI::Validator a_duration() {
  return {[](std::string& text) { return fault_of(parse_duration(text)); }, "DURATION"};
}

std::uint64_t size_of(const std::string& text) {
  return parse_size(text).value();
}

std::chrono::seconds duration_of(const std::string& text) {
  return parse_duration(text).value();
}

void add_name(CLI::App* command, const std::shared_ptr<Named>& options, const std::string& noun) {
  command
      ->add_option(noun, options->name,
                   noun == "IMAGE" ? "Its id, its name, or name@version" : "Its id or its name")
      ->required();
}

void add_confirm(CLI::App* command, ConfirmOptions& options) {
  command->add_option("--confirm", options.kind, "How the guest shows that it came up")
      ->check(CLI::IsMember({"agent", "console", "cloud-init", "none"}));
  command->add_option(
      "--confirm-pattern", options.pattern,
      "With console: the regular expression that a line of the serial console must match");
  command
      ->add_option("--confirm-timeout", options.limit,
                   "Without the signal by then, the guest did not come up")
      ->check(a_duration());
}

Result<std::optional<ConfirmSignal>> confirm_of(const ConfirmOptions& options) {
  if (options.kind.empty() && options.pattern.empty() && options.limit.empty())
    return std::optional<ConfirmSignal>{};
  Json json = Json::object();
  if (!options.kind.empty()) json["kind"] = options.kind;
  if (!options.pattern.empty()) json["pattern"] = options.pattern;
  if (!options.limit.empty()) json["limit_seconds"] = duration_of(options.limit).count();
  return std::optional{TRY(parse_confirm_signal(json, "confirm"))};
}

Result<Secret> read_user_data(const std::string& path) {
  return Secret{TRY_WITH(read_file(path, user_data_limit), "user data")};
}

Result<std::vector<std::string>> read_ssh_keys(const std::vector<std::string>& paths) {
  std::vector<std::string> keys;
  for (const auto& path : paths) {
    std::istringstream lines{TRY_WITH(read_file(path, key_file_limit), "ssh key")};
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with('\r')) line.pop_back();
      if (line.starts_with("-----BEGIN"))
        return make_error(Errc::invalid, "ssh key '{}' is a private key; give the .pub file", path);
      if (!line.empty() && !line.starts_with('#')) keys.push_back(line);
    }
  }
  return keys;
}

}  // namespace imprint::cli
