#include "guestfs/appliance/qmp.h"

#include <thread>

#include "agent/model/json.h"

namespace imprint::appliance {
namespace {

constexpr std::chrono::milliseconds poll_interval{20};
constexpr std::chrono::seconds quit_patience{10};

std::string uri_of(const std::filesystem::path& socket) {
  return "unix:" + socket.string();
}

}  // namespace

Result<Monitor> Monitor::greet(Fd connection, Deadline deadline) {
  Monitor monitor{LineStream{std::move(connection)}, deadline};
  TRY(monitor.stream_.read_line(deadline));
  TRY(monitor.run({{"execute", "qmp_capabilities"}}));
  return monitor;
}

Result<Json> Monitor::run(const Json& command) {
  TRY(stream_.write(dump_json(command) + "\n"));
  for (;;) {
    const Json answer = TRY(parse_json(TRY(stream_.read_line(deadline_))));
    if (answer.contains("return")) return answer["return"];
    if (answer.contains("error"))
      return make_error(Errc::unavailable, "QEMU refuses {}: {}", dump_json(command),
                        dump_json(answer["error"]));
  }
}

Result<> Monitor::leave_out_shared_memory() {
  TRY(run(
      {{"execute", "migrate-set-capabilities"},
       {"arguments",
        {{"capabilities", Json::array({{{"capability", "x-ignore-shared"}, {"state", true}}})}}}}));
  return {};
}

Result<> Monitor::save_to(const std::filesystem::path& socket) {
  TRY(run({{"execute", "migrate"}, {"arguments", {{"uri", uri_of(socket)}}}}));
  for (;;) {
    const Json state = TRY(run({{"execute", "query-migrate"}}));
    const std::string status = state.value("status", "");
    if (status == "completed") return {};
    if (status == "failed" || status == "cancelled")
      return make_error(Errc::unavailable, "the machine's state cannot be saved: {}",
                        dump_json(state));
    if (std::chrono::steady_clock::now() > deadline_)
      return make_error(Errc::unavailable, "the machine's state was not saved in time");
    std::this_thread::sleep_for(poll_interval);
  }
}

Result<> Monitor::restore_from(const std::filesystem::path& socket) {
  TRY(run({{"execute", "migrate-incoming"}, {"arguments", {{"uri", uri_of(socket)}}}}));
  return {};
}

/// A command of the human monitor, which alone can make a throw-away overlay. It reads a quoted
/// word as C does, cuts off what does not fit, and says nothing but "OK" when all is well.
Result<> Monitor::tell(const std::string& verb, const std::string& value) {
  constexpr std::size_t longest_word = 1000;
  std::string word;
  for (const char c : value) {
    if (c == '"' || c == '\\') word += '\\';
    word += c;
  }
  if (word.size() > longest_word)
    return make_error(Errc::invalid, "'{}' is too long for QEMU's monitor", value);
  const Json answer =
      TRY(run({{"execute", "human-monitor-command"},
               {"arguments", {{"command-line", fmt::format("{} \"{}\"", verb, word)}}}}));
  const std::string said = answer.is_string() ? answer.get<std::string>() : dump_json(answer);
  if (said.empty() || said.starts_with("OK")) return {};
  return make_error(Errc::unavailable, "QEMU refuses a disk: {}", said);
}

Result<> Monitor::plug(const MachineDisk& disk) {
  TRY(tell("drive_add 0", drive_argument(disk)));
  return tell("device_add", device_argument(disk));
}

Result<> Monitor::unplug(std::size_t number) {
  TRY(run({{"execute", "device_del"}, {"arguments", {{"id", device_name(number)}}}}));
  return {};
}

Result<> Monitor::show_disks(const std::filesystem::path& socket,
                             const std::vector<std::size_t>& numbers) {
  const Json address{{"type", "unix"}, {"data", {{"path", socket.string()}}}};
  TRY(run({{"execute", "nbd-server-start"}, {"arguments", {{"addr", address}}}}));
  for (const std::size_t number : numbers)
    TRY(run({{"execute", "nbd-server-add"}, {"arguments", {{"device", drive_name(number)}}}}));
  return {};
}

Result<> Monitor::hide_disks() {
  TRY(run({{"execute", "nbd-server-stop"}}));
  return {};
}

Result<> Monitor::quit() {
  TRY(stream_.write(dump_json({{"execute", "quit"}}) + "\n"));
  // QEMU forgets what it has not read yet when the connection closes, so the answer is awaited;
  // that it is gone already is as good.
  const Deadline patience = std::chrono::steady_clock::now() + quit_patience;
  while (const auto line = stream_.read_line(patience))
    if (line->find("\"return\"") != std::string::npos) break;
  return {};
}

}  // namespace imprint::appliance
