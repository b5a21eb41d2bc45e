#include "agent/store/reception.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <vector>

#include "agent/base/printable.h"
#include "agent/store/fetch_worker.h"

namespace imprint::store {
namespace {

constexpr int pipe_size = 1 << 20;

}  // namespace

Result<Pipe> Pipe::make() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error(errno, "pipe");
  ::fcntl(ends[1], F_SETPIPE_SZ, pipe_size);  // where that is refused, it is slower
  return Pipe{Fd{ends[0]}, Fd{ends[1]}};
}

void Reception::take(int pipe, int ended) {
  std::vector<std::byte> buffer(pipe_size);
  for (;;) {
    std::array<pollfd, 2> wanted{pollfd{pipe, POLLIN, 0}, pollfd{ended, POLLIN, 0}};
    const int ready = ::poll(wanted.data(), wanted.size(), -1);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return fail(system_error(errno, "poll"));
    if (wanted[1].revents != 0) return take_rest(pipe, buffer);
    if (take_some(pipe, buffer) == 0) return;
  }
}

std::size_t Reception::take_some(int pipe, std::span<std::byte> buffer) {
  ssize_t count = 0;
  do {
    count = ::read(pipe, buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  const auto taken = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  auto written =
      count < 0 ? Result<>{system_error(errno, "pipe")} : file_.write(buffer.first(taken));
  if (!written) {
    fail(std::move(written).error());
    return 0;
  }
  received_ += taken;
  return taken;
}

/// Not up to the end of the pipe: a process that the child has left behind may hold it open for
/// ever, or write without end.
void Reception::take_rest(int pipe, std::span<std::byte> buffer) {
  int waiting = 0;
  if (::ioctl(pipe, FIONREAD, &waiting) != 0) return fail(system_error(errno, "pipe"));
  for (auto left = static_cast<std::size_t>(waiting); left > 0;) {
    const std::size_t taken = take_some(pipe, buffer.first(std::min(left, buffer.size())));
    if (taken == 0) return;
    left -= taken;
  }
}

void Reception::hear(std::string_view output) {
  heard_ += output;
  for (std::size_t end = heard_.find('\n'); end != std::string::npos; end = heard_.find('\n')) {
    hear_line(std::string_view{heard_}.substr(0, end));
    heard_.erase(0, end + 1);
  }
}

void Reception::hear_line(std::string_view line) {
  if (line.starts_with(told_address)) address_ = printable(line.substr(told_address.size()), 2000);
  if (!line.starts_with(told_total)) return;
  const std::string_view number = line.substr(told_total.size());
  std::from_chars(number.data(), number.data() + number.size(), total_);
  if (auto fits = file_.expect(total_); !fits) fail(std::move(fits).error());
}

bool Reception::is_over() {
  if (!fault() && !teller_.tell({received_, total_}))
    fail(make_error(Errc::cancelled, "the download was cancelled"));
  return fault().has_value();
}

void Reception::fail(Error error) {
  auto fault = fault_.lock();
  if (!*fault) *fault = std::move(error);
}

}  // namespace imprint::store
