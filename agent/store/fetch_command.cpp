#include "agent/store/fetch_command.h"

#include <cstdlib>

#include "agent/base/printable.h"
#include "agent/base/programs.h"
#include "agent/store/fetch_worker.h"

namespace imprint::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* program_name = "imprint-fetch";
/// The child ends by itself when nothing comes; this is for one that hangs.
constexpr std::chrono::minutes stall_grace{5};
constexpr std::chrono::hours no_time_limit{24 * 365};
constexpr std::size_t largest_account = std::size_t{64} << 10;

/// How names of hosts are looked up, and whose certificates are trusted; not /etc/ssl/private.
std::vector<fs::path> network_read_paths() {
  return {"/etc/hosts",         "/etc/host.conf",
          "/etc/resolv.conf",   "/etc/nsswitch.conf",
          "/etc/gai.conf",      "/etc/services",
          "/etc/ssl/certs",     "/etc/ssl/openssl.cnf",
          "/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted"};
}

/// The proxies that the agent was told of.
std::vector<std::string> proxies() {
  std::vector<std::string> settings;
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                           "no_proxy", "NO_PROXY"})
    if (const char* value = std::getenv(name); value != nullptr)
      settings.push_back(std::string{name} + "=" + value);
  return settings;
}

Errc code_of(FetchStatus status) {
  if (status == FetchStatus::not_found) return Errc::not_found;
  return status == FetchStatus::invalid ? Errc::invalid : Errc::unavailable;
}

}  // namespace

Result<Command> fetch_command(const std::string& url, const HttpOptions& options) {
  const fs::path program =
      options.program.empty() ? TRY(find_program(program_name)) : options.program;
  Command command;
  command.arguments = {program.string(), "", std::to_string(options.stall_limit.count()),
                       options.ca_file.string()};
  command.environment = proxies();
  command.input = url;
  command.time_limit = no_time_limit;
  command.stall_limit = options.stall_limit + stall_grace;
  command.output_limit = largest_account;
  Sandbox& sandbox = command.sandbox.emplace();
  sandbox.network = true;
  sandbox.read = system_read_paths();
  for (const fs::path& path : network_read_paths()) sandbox.read.push_back(path);
  sandbox.read.push_back(program);
  if (!options.ca_file.empty()) sandbox.read.push_back(options.ca_file);
  return command;
}

void give_descriptor(Command& command, int descriptor) {
  command.arguments[1] = std::to_string(descriptor);
  command.inherited = {descriptor};
}

Result<> check_fetched(const Result<CommandOutput>& output) {
  if (!output) return make_error(Errc::unavailable, "{}", output.error().message);
  if (output->status == 0) return {};
  const std::string reason = printable(output->err.substr(0, output->err.find('\n')));
  return make_error(code_of(static_cast<FetchStatus>(output->status)), "{}",
                    reason.empty()
                        ? fmt::format("'{}' ended with status {}", program_name, output->status)
                        : reason);
}

}  // namespace imprint::store
