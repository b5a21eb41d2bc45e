#include "agent/base/processor_time.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace imprint {
namespace {

/// In ticks; 0: the process is of another group, or gone.
long ticks_in(const std::string& stat, pid_t group) {
  // The name, in parentheses, may hold anything; what follows the last one is numbers.
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields{stat.substr(name_end + 1)};
  std::string state;
  pid_t parent = 0;
  pid_t its_group = 0;
  if (!(fields >> state >> parent >> its_group) || its_group != group) return 0;
  // session, tty_nr, tpgid, flags, minflt, cminflt, majflt, cmajflt
  constexpr int passed_over = 8;
  std::string skipped;
  for (int i = 0; i < passed_over; ++i) fields >> skipped;
  std::array<long, 4> times{};  // utime, stime, cutime, cstime
  for (long& time : times) fields >> time;
  return times[0] + times[1] + times[2] + times[3];
}

bool is_process(const std::filesystem::path& entry) {
  const std::string name = entry.filename().string();
  return std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::chrono::milliseconds processor_time_of_group(pid_t group) {
  long ticks = 0;
  std::error_code fault;
  std::filesystem::directory_iterator entries{"/proc", fault};
  for (const auto end = std::filesystem::end(entries); !fault && entries != end;
       entries.increment(fault)) {
    if (!is_process(entries->path())) continue;
    std::string stat;
    std::getline(std::ifstream{entries->path() / "stat"}, stat, '\0');
    ticks += ticks_in(stat, group);
  }
  static const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
  return std::chrono::milliseconds{ticks * 1000 / ticks_per_second};
}

}  // namespace imprint
