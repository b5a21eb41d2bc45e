#include "agent/store/reception.h"

#include <fcntl.h>
#include <unistd.h>

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

void Reception::take(int pipe) {
  std::vector<std::byte> buffer(pipe_size);
  for (;;) {
    const ssize_t count = ::read(pipe, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(system_error(errno, "pipe"));
    if (count == 0) return;
    auto written = file_.write(std::span{buffer}.first(static_cast<std::size_t>(count)));
    if (!written) return fail(std::move(written).error());
    received_ += static_cast<std::uint64_t>(count);
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
