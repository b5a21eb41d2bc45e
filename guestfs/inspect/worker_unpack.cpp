// WorkerInspector::unpack: packed bytes are hostile bytes, so a sandboxed worker reads them.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "agent/base/command.h"
#include "agent/base/digest.h"
#include "agent/base/fd.h"
#include "guestfs/container/packing.h"
#include "guestfs/inspect/unpack_worker.h"
#include "guestfs/inspect/worker_inspector.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t memory_limit = std::uint64_t{2} << 30;
constexpr std::chrono::minutes least_time{5};
constexpr std::uint64_t slowest_bytes = std::uint64_t{1} << 20;  // a second: slower is a stall

/// The empty target, removed again unless it was filled.
class Target {
 public:
  static Result<Target> create(const fs::path& path) {
    const Fd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!fd.valid()) return system_error(errno, "file '" + path.string() + "'");
    return Target{path};
  }
  Target(Target&& other) noexcept : path_{std::exchange(other.path_, {})} {}
  Target& operator=(Target&&) = delete;
  ~Target() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  void keep() { path_.clear(); }

 private:
  explicit Target(fs::path path) : path_{std::move(path)} {}
  fs::path path_;
};

Command command_for(const Unpacking& unpacking, const fs::path& worker) {
  Command command;
  command.arguments = {worker.string(),
                       "--unpack-to",
                       unpacking.target.string(),
                       "--data-limit",
                       std::to_string(unpacking.data_limit),
                       "--",
                       unpacking.source.string()};
  command.time_limit = least_time + std::chrono::seconds{unpacking.data_limit / slowest_bytes};
  command.cancelled = unpacking.cancelled;
  command.sandbox = Sandbox{system_read_paths(), {unpacking.target, "/dev/null"}, memory_limit};
  command.sandbox->read.insert(command.sandbox->read.end(), {worker, unpacking.source});
  return command;
}

Error error_of(const Unpacking& unpacking, const CommandOutput& output) {
  const auto status = static_cast<UnpackStatus>(output.status);
  const Errc code = status == UnpackStatus::exhausted ? Errc::exhausted
                    : status == UnpackStatus::corrupt ? Errc::corrupt
                                                      : Errc::unavailable;
  return make_error(code, "'{}' cannot be unpacked: {}", unpacking.source.string(),
                    output.err.empty() ? fmt::format("status {}", output.status)
                                       : output.err.substr(0, output.err.find('\n')));
}

}  // namespace

Result<std::optional<Unpacked>> WorkerInspector::unpack(const Unpacking& unpacking) {
  auto source = TRY(container::FileSource::open(unpacking.source));
  if (!TRY(container::packing_of(source))) return std::optional<Unpacked>{};
  const fs::path worker = settings_.worker.empty() ? TRY(find_worker()) : settings_.worker;
  Target target = TRY(Target::create(unpacking.target));
  const CommandOutput output = TRY(run_command(command_for(unpacking, worker)));
  if (output.status != 0) return error_of(unpacking, output);
  const std::string digest = TRY(digest_of_file(unpacking.target));
  std::error_code fault;
  const std::uint64_t size = fs::file_size(unpacking.target, fault);
  if (fault) return system_error(fault.value(), "file '" + unpacking.target.string() + "'");
  Unpacked unpacked{TRY(Sha256::parse(digest)), size};
  target.keep();
  return std::optional{unpacked};
}

}  // namespace imprint::inspect
