#include "agent/base/command.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include "agent/base/processor_time.h"

namespace imprint {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t error_tail = std::size_t{64} << 10;
constexpr std::chrono::milliseconds cancel_interval{100};
constexpr std::chrono::milliseconds stall_interval{500};
constexpr int least_share = 200;  // of one processor, below which a command does not get on
constexpr std::chrono::milliseconds poll_limit = std::chrono::hours{1};
constexpr std::chrono::milliseconds longest_time_limit = std::chrono::hours{24 * 365};

struct Pipe {
  Fd read;
  Fd write;
};

/// A daemon may run with its standard streams closed; a pipe that took their numbers would be lost
/// in the child's dup2.
Result<Fd> above_standard_streams(Fd fd) {
  if (fd.get() > 2) return fd;
  Fd moved{::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)};
  if (!moved.valid()) return system_error(errno, "pipe");
  return moved;
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error(errno, "pipe");
  Pipe pipe{Fd{ends[0]}, Fd{ends[1]}};
  pipe.read = TRY(above_standard_streams(std::move(pipe.read)));
  pipe.write = TRY(above_standard_streams(std::move(pipe.write)));
  return pipe;
}

/// As write(2), but a reader that went away is EPIPE for the caller and no signal for the process.
ssize_t write_quietly(int fd, std::string_view bytes) {
  sigset_t broken_pipe;
  sigset_t before;
  ::sigemptyset(&broken_pipe);
  ::sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
  const ssize_t count = ::write(fd, bytes.data(), bytes.size());
  const int problem = errno;
  constexpr timespec at_once{0, 0};
  if (count < 0 && problem == EPIPE) ::sigtimedwait(&broken_pipe, nullptr, &at_once);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = problem;
  return count;
}

Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  for (const char* folder : {"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"}) {
    std::string path = folder + name;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return make_error(Errc::not_found, "program '{}' is not installed", name);
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const auto& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

struct Streams {
  Pipe in;
  Pipe out;
  Pipe err;
  Pipe exec_error;  ///< carries an errno when the child could not exec; closed by a successful exec

  static Result<Streams> make() {
    // One by one: gcc 12 forgets to destroy the members made so far when TRY leaves an initialiser
    // list.
    Streams streams;
    for (Pipe* pipe : {&streams.in, &streams.out, &streams.err, &streams.exec_error})
      *pipe = TRY(make_pipe());
    return streams;
  }
};

/// The child's side between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment,
                         const Streams& streams, const PreparedSandbox* sandbox,
                         std::span<const int> inherited, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::dup2(streams.in.read.get(), 0);
  ::dup2(streams.out.write.get(), 1);
  ::dup2(streams.err.write.get(), 2);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
  // Descriptors that a library opened without O_CLOEXEC would lead out of the sandbox.
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  for (const int descriptor : inherited) ::fcntl(descriptor, F_SETFD, 0);
  int problem = sandbox != nullptr ? sandbox->enter() : 0;
  if (problem == 0) {
    ::execve(program, arguments, environment);
    problem = errno;
  }
  [[maybe_unused]] const ssize_t written =
      ::write(streams.exec_error.write.get(), &problem, sizeof(problem));
  ::_exit(127);
}

/// The running child as its parent sees it; kills the process group if it is still there at the
/// end.
class Child {
 public:
  Child(pid_t pid, const Command& command, Streams streams)
      : pid_{pid}, command_{command}, streams_{std::move(streams)} {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) reap();
  }

  /// The end of the command is the end of its process: one that it left behind may hold the streams
  /// open for ever.
  Result<CommandOutput> communicate() {
    exited_ = Fd{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))};
    if (!exited_.valid()) return system_error(errno, "pidfd of '" + command_.arguments[0] + "'");
    const auto deadline = Clock::now() + std::min(command_.time_limit, longest_time_limit);
    while (pid_ > 0) {
      if (command_.cancelled && command_.cancelled())
        return make_error(Errc::cancelled, "'{}' was cancelled", command_.arguments[0]);
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      if (left.count() <= 0) return timed_out();
      TRY(look());
      TRY(pump(std::min(left, pause())));
    }
    TRY(drain());
    return std::move(output_);
  }

 private:
  Error timed_out() const {
    return make_error(
        Errc::unavailable, "'{}' did not end within {} s", command_.arguments[0],
        std::chrono::duration_cast<std::chrono::seconds>(command_.time_limit).count());
  }

  Error stalled() const {
    return make_error(
        Errc::unavailable, "'{}' made no progress for {} s", command_.arguments[0],
        std::chrono::duration_cast<std::chrono::seconds>(command_.stall_limit).count());
  }

  Error used_up() const {
    return make_error(
        Errc::unavailable, "'{}' used more than {} s of processor time", command_.arguments[0],
        std::chrono::duration_cast<std::chrono::seconds>(command_.processor_limit).count());
  }

  [[nodiscard]] bool watches_processor() const { return command_.processor_limit.count() > 0; }

  /// How often it is looked at whether it gets on; 0: never.
  [[nodiscard]] std::chrono::milliseconds look_interval() const {
    if (command_.stall_limit.count() > 0) return std::min(command_.stall_limit, stall_interval);
    return watches_processor() ? stall_interval : std::chrono::milliseconds{0};
  }

  /// How long nothing needs to be looked at but the streams.
  [[nodiscard]] std::chrono::milliseconds pause() const {
    if (command_.cancelled) return cancel_interval;
    return look_interval().count() > 0 ? look_interval() : poll_limit;
  }

  Result<> look() {
    const auto now = Clock::now();
    if (look_interval().count() == 0 || now - looked_ < look_interval()) return {};
    looked_ = now;
    if (has_moved()) moved_ = now;
    if (watches_processor() && processor_ > command_.processor_limit) return used_up();
    const bool is_stalled = command_.stall_limit.count() > 0 && now - moved_ > command_.stall_limit;
    return is_stalled ? Result<>{stalled()} : Result<>{};
  }

  bool has_moved() {
    const std::uint64_t before = at_;
    at_ = output_.out.size() + output_.err.size() + (command_.progress ? command_.progress() : 0);
    if (!watches_processor()) return at_ != before;
    processor_ = processor_time_of_group(pid_);
    moved_by_ = std::min(moved_by_, processor_);
    const bool gets_on = processor_ - moved_by_ >= command_.stall_limit / least_share;
    if (gets_on) moved_by_ = processor_;
    return gets_on || at_ != before;
  }

  Result<> pump(std::chrono::milliseconds wait) {
    std::array<pollfd, 4> fds{
        pollfd{streams_.out.read.get(), POLLIN, 0}, pollfd{streams_.err.read.get(), POLLIN, 0},
        pollfd{streams_.in.write.get(), POLLOUT, 0}, pollfd{exited_.get(), POLLIN, 0}};
    const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(wait.count()));
    if (ready < 0 && errno != EINTR) return system_error(errno, "poll");
    if (ready <= 0) return {};
    if (fds[0].revents != 0) TRY(read_output());
    if (fds[1].revents != 0) read_errors();
    if (fds[2].revents != 0) write_input();
    if (fds[3].revents != 0) reap();
    return {};
  }

  /// Closes the stream at its end. Nothing: the end, or nothing to read now.
  static std::string_view read_chunk(Fd& stream, std::span<char> buffer) {
    const ssize_t count = ::read(stream.get(), buffer.data(), buffer.size());
    if (count > 0) return {buffer.data(), static_cast<std::size_t>(count)};
    if (count == 0 || (errno != EINTR && errno != EAGAIN)) stream.reset();
    return {};
  }

  Result<bool> read_output() {
    std::array<char, 65536> buffer;
    const std::string_view chunk = read_chunk(streams_.out.read, buffer);
    if (chunk.empty()) return false;
    if (chunk.size() > command_.output_limit - output_.out.size())
      return make_error(Errc::exhausted, "'{}' printed more than {} bytes", command_.arguments[0],
                        command_.output_limit);
    output_.out += chunk;
    if (command_.on_output) command_.on_output(chunk);
    return true;
  }

  bool read_errors() {
    std::array<char, 65536> buffer;
    const std::string_view chunk = read_chunk(streams_.err.read, buffer);
    output_.err += chunk;
    if (output_.err.size() > error_tail) output_.err.erase(0, output_.err.size() - error_tail);
    return !chunk.empty();
  }

  void write_input() {
    const ssize_t count =
        write_quietly(streams_.in.write.get(), std::string_view{command_.input}.substr(written_));
    if (count > 0) written_ += static_cast<std::size_t>(count);
    const bool broken = count < 0 && errno != EINTR && errno != EAGAIN;
    if (broken || written_ == command_.input.size()) streams_.in.write.reset();
  }

  /// Kills the group first, while the dead leader still keeps its number from being used anew: what
  /// the command left behind must not go on writing.
  void reap() {
    int status = 0;
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    output_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  /// Takes what the ended process left in its pipes. Bounded, because a process that escaped the
  /// group may still write.
  Result<> drain() {
    constexpr int chunks_in_a_pipe = 32;
    for (Pipe* pipe : {&streams_.out, &streams_.err})
      if (pipe->read.valid()) ::fcntl(pipe->read.get(), F_SETFL, O_NONBLOCK);
    for (int i = 0; i < chunks_in_a_pipe && streams_.out.read.valid() && TRY(read_output()); ++i) {
    }
    for (int i = 0; i < chunks_in_a_pipe && streams_.err.read.valid() && read_errors(); ++i) {
    }
    return {};
  }

  pid_t pid_;
  const Command& command_;
  Streams streams_;
  Fd exited_;  ///< readable when the child has ended
  CommandOutput output_;
  std::size_t written_ = 0;
  std::uint64_t at_ = 0;  ///< how far it was at the last look, and when that last changed
  std::chrono::milliseconds processor_{0};  ///< what the group had used at the last look
  std::chrono::milliseconds moved_by_{0};   ///< and when that last showed that it gets on
  Clock::time_point moved_ = Clock::now();
  Clock::time_point looked_{};
};

/// A NUL would end an argument early, and the command would work on another file than the one that
/// was meant.
Result<> check_arguments(const Command& command) {
  if (command.arguments.empty()) return make_error(Errc::invalid, "a command without a program");
  for (const auto& argument : command.arguments)
    if (argument.find('\0') != std::string::npos)
      return make_error(Errc::invalid, "an argument of '{}' holds a NUL byte",
                        command.arguments[0].c_str());
  return {};
}

Result<> check_exec(Streams& streams, const std::string& program) {
  streams.exec_error.write.reset();
  int problem = 0;
  ssize_t count = 0;
  do {
    count = ::read(streams.exec_error.read.get(), &problem, sizeof(problem));
  } while (count < 0 && errno == EINTR);
  if (count == static_cast<ssize_t>(sizeof(problem)))
    return system_error(problem, "cannot start '" + program + "'");
  return {};
}

}  // namespace

Result<CommandOutput> run_command(const Command& command) {
  TRY(check_arguments(command));
  const std::string program = TRY(find_program(command.arguments[0]));
  Streams streams = TRY(Streams::make());
  std::optional<PreparedSandbox> sandbox;
  if (command.sandbox) sandbox = TRY(PreparedSandbox::prepare(*command.sandbox));

  std::vector<std::string> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"};
  environment.insert(environment.end(), command.environment.begin(), command.environment.end());
  const auto argument_pointers = pointers(command.arguments);
  const auto environment_pointers = pointers(environment);

  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return system_error(errno, "fork");
  if (pid == 0)
    become(program.c_str(), argument_pointers.data(), environment_pointers.data(), streams,
           sandbox ? &*sandbox : nullptr, command.inherited, parent);
  ::setpgid(pid, pid);  // also here, so that a kill right after this line meets the whole group

  streams.in.read.reset();
  streams.out.write.reset();
  streams.err.write.reset();
  if (command.input.empty()) streams.in.write.reset();
  if (streams.in.write.valid()) ::fcntl(streams.in.write.get(), F_SETFL, O_NONBLOCK);
  auto started = check_exec(streams, program);
  Child child{pid, command, std::move(streams)};
  TRY(std::move(started));
  return child.communicate();
}

Result<CommandOutput> run_checked(const Command& command) {
  CommandOutput output = TRY(run_command(command));
  if (output.status == 0) return output;
  const std::string first_line = output.err.substr(0, output.err.find('\n'));
  return make_error(Errc::unavailable, "'{}' failed with status {}: {}", command.arguments[0],
                    output.status, first_line.empty() ? "no message" : first_line);
}

}  // namespace imprint
