#include "agent/store/fetch_http.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <thread>

#include "agent/store/download_file.h"
#include "agent/store/fetch_command.h"
#include "agent/store/reception.h"

namespace imprint::store {
namespace {

/// Tells whoever takes the bytes that no more will come, whatever ended that.
class Ending {
 public:
  explicit Ending(int event) : event_{event} {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending() { ::eventfd_write(event_, 1); }

 private:
  int event_;
};

Result<> run_child(const std::string& url, const HttpOptions& options, Reception& reception) {
  Command command = TRY(fetch_command(url, options));
  Pipe pipe = TRY(Pipe::make());
  give_descriptor(command, pipe.write.get());
  command.on_output = [&](std::string_view output) { reception.hear(output); };
  command.progress = [&] { return reception.received(); };
  command.cancelled = [&] { return reception.is_over(); };
  const Fd ended{::eventfd(0, EFD_CLOEXEC)};
  if (!ended.valid()) return system_error(errno, "eventfd");
  auto output = [&] {
    const std::jthread taking{[&] { reception.take(pipe.read.get(), ended.get()); }};
    const Ending ending{ended.get()};
    return run_command(command);
  }();
  if (auto fault = reception.fault()) return *std::move(fault);
  return check_fetched(output);
}

}  // namespace

Result<Fetched> fetch_http(const std::string& url, const std::filesystem::path& target,
                           std::uint64_t limit, const std::function<bool(FetchProgress)>& progress,
                           const HttpOptions& options) {
  DownloadFile file = TRY(DownloadFile::create(target, limit));
  Reception reception{file, progress};
  const auto done = run_child(url, options, reception);
  if (!done && reception.address().empty()) return done.error();
  if (!done) return with_context(done.error(), "'" + reception.address() + "'");
  return std::move(file).finish([&] {
    return progress && !progress({reception.received(), reception.received()});
  });
}

}  // namespace imprint::store
