#include "agent/base/command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace imprint {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t error_tail = std::size_t{64} << 10;
constexpr std::chrono::milliseconds cancel_interval{100};

struct Pipe {
  Fd read;
  Fd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error(errno, "pipe");
  return Pipe{Fd{ends[0]}, Fd{ends[1]}};
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
};

/// The child's side between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment,
                         const Streams& streams, const PreparedSandbox* sandbox, pid_t parent) {
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
    if (pid_ > 0) {
      ::kill(-pid_, SIGKILL);
      int status = 0;
      while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      }
    }
  }

  Result<CommandOutput> communicate() {
    const auto deadline = Clock::now() + command_.time_limit;
    while (streams_.out.read.valid() || streams_.err.read.valid() || streams_.in.write.valid()) {
      if (command_.cancelled && command_.cancelled())
        return make_error(Errc::cancelled, "'{}' was cancelled", command_.arguments[0]);
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      if (left.count() <= 0) return timed_out();
      TRY(pump(command_.cancelled ? std::min(left, cancel_interval) : left));
    }
    TRY(reap(deadline));
    return std::move(output_);
  }

 private:
  Error timed_out() const {
    return make_error(
        Errc::unavailable, "'{}' did not end within {} s", command_.arguments[0],
        std::chrono::duration_cast<std::chrono::seconds>(command_.time_limit).count());
  }

  Result<> pump(std::chrono::milliseconds wait) {
    std::array<pollfd, 3> fds{pollfd{streams_.out.read.get(), POLLIN, 0},
                              pollfd{streams_.err.read.get(), POLLIN, 0},
                              pollfd{streams_.in.write.get(), POLLOUT, 0}};
    const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(wait.count()));
    if (ready < 0 && errno != EINTR) return system_error(errno, "poll");
    if (ready <= 0) return {};
    if (fds[0].revents != 0) TRY(read_output());
    if (fds[1].revents != 0) read_errors();
    if (fds[2].revents != 0) write_input();
    return {};
  }

  Result<> read_output() {
    std::array<char, 65536> buffer;
    const ssize_t count = ::read(streams_.out.read.get(), buffer.data(), buffer.size());
    if (count <= 0) {
      streams_.out.read.reset();
      return {};
    }
    const std::string_view chunk{buffer.data(), static_cast<std::size_t>(count)};
    if (output_.out.size() + chunk.size() > command_.output_limit)
      return make_error(Errc::exhausted, "'{}' printed more than {} bytes", command_.arguments[0],
                        command_.output_limit);
    output_.out += chunk;
    if (command_.on_output) command_.on_output(chunk);
    return {};
  }

  void read_errors() {
    std::array<char, 65536> buffer;
    const ssize_t count = ::read(streams_.err.read.get(), buffer.data(), buffer.size());
    if (count <= 0) {
      streams_.err.read.reset();
      return;
    }
    output_.err.append(buffer.data(), static_cast<std::size_t>(count));
    if (output_.err.size() > error_tail) output_.err.erase(0, output_.err.size() - error_tail);
  }

  void write_input() {
    const ssize_t count = ::write(streams_.in.write.get(), command_.input.data() + written_,
                                  command_.input.size() - written_);
    if (count > 0) written_ += static_cast<std::size_t>(count);
    if (count < 0 || written_ == command_.input.size()) streams_.in.write.reset();
  }

  /// Both streams are closed, so the end is near; a program that closed them and lives on still
  /// obeys the limit.
  Result<> reap(Clock::time_point deadline) {
    int status = 0;
    for (;;) {
      const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
      if (ended == pid_) break;
      if (ended < 0 && errno != EINTR) return system_error(errno, "waitpid");
      if (Clock::now() > deadline) return timed_out();
      ::usleep(1000);
    }
    ::kill(-pid_, SIGKILL);  // grandchildren that it left behind must not go on writing
    pid_ = -1;
    output_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {};
  }

  pid_t pid_;
  const Command& command_;
  Streams streams_;
  CommandOutput output_;
  std::size_t written_ = 0;
};

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
  const std::string program = TRY(find_program(command.arguments.at(0)));
  Streams streams{TRY(make_pipe()), TRY(make_pipe()), TRY(make_pipe()), TRY(make_pipe())};
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
           sandbox ? &*sandbox : nullptr, parent);
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
