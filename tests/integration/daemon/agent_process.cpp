#include "tests/integration/daemon/agent_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

namespace imprint::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{30};
constexpr std::chrono::milliseconds pause{20};

[[noreturn]] void become(const std::vector<std::string>& words, const std::string& log) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

AgentProcess::AgentProcess() = default;

AgentProcess::~AgentProcess() {
  if (process_ <= 0) return;
  signal(SIGKILL);
  wait();
}

void AgentProcess::write_config() const {
  std::ofstream{folder / "imprint.toml"} << fmt::format(
      "state_folder = \"{}\"\ncache_folder = \"{}\"\n{}\n[socket]\npath = \"{}\"\n"
      "[hypervisor]\nplugin = \"{}\"\nuri = \"test:///default\"\naccelerator = \"tcg\"\n",
      state.string(), (folder / "cache").string(), more_config, socket.string(), plugin);
}

void AgentProcess::start(const std::vector<std::string>& before) {
  write_config();
  std::vector<std::string> words = before;
  for (const std::string& word :
       {std::string{IMPRINTD}, std::string{"--config"}, (folder / "imprint.toml").string()})
    words.push_back(word);
  const std::string log_file = (folder / "log").string();
  process_ = ::fork();
  if (process_ == 0) become(words, log_file);
}

bool AgentProcess::ready() {
  for (const auto end = Clock::now() + patience; Clock::now() < end;
       std::this_thread::sleep_for(pause)) {
    if (client.node_status()) return true;
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid != 0)
      return false;
  }
  return false;
}

void AgentProcess::signal(int number) const {
  ::kill(process_, number);
}

int AgentProcess::wait() {
  for (const auto end = Clock::now() + patience; Clock::now() < end;
       std::this_thread::sleep_for(pause)) {
    int status = 0;
    if (::waitpid(process_, &status, WNOHANG) != process_) continue;
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return -1;
}

int AgentProcess::run_to_end() {
  start();
  return wait();
}

std::string AgentProcess::log() const {
  std::stringstream text;
  text << std::ifstream{folder / "log"}.rdbuf();
  return text.str();
}

}  // namespace imprint::test
