#include "agent/base/accelerator.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "agent/base/atomic_file.h"
#include "agent/base/command.h"
#include "agent/base/digest.h"

namespace imprint {
namespace {

constexpr const char* kvm_device = "/dev/kvm";
constexpr const char* qemu = "qemu-system-x86_64";

/// What an answer holds good for: this boot of the host, this QEMU, this kernel.
Result<std::string> cache_key(const std::filesystem::path& kernel) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(kernel, failed);
  if (failed) return make_error(Errc::not_found, "kernel '{}' cannot be read", kernel.string());
  const auto written = std::filesystem::last_write_time(kernel, failed).time_since_epoch().count();
  const auto boot = read_file("/proc/sys/kernel/random/boot_id");
  Command ask_version;
  ask_version.arguments = {qemu, "-version"};
  const std::string version = TRY(run_checked(ask_version)).out;
  return digest_of(fmt::format("{}\n{}\n{}\n{}\n{}", boot ? *boot : "", version, kernel.string(),
                               size, written));
}

Result<std::filesystem::path> answer_file(const std::filesystem::path& kernel,
                                          const std::filesystem::path& cache_folder) {
  return cache_folder / ("accelerator-" + TRY(cache_key(kernel)).substr(0, 16));
}

/// "kvm\nwhy" or "tcg\nwhy".
std::optional<Accelerator> read_answer(const std::filesystem::path& file) {
  const auto text = read_file(file, 4096);
  if (!text) return std::nullopt;
  const std::size_t end = text->find('\n');
  if (end == std::string::npos) return std::nullopt;
  Accelerator answer{text->substr(0, end), text->substr(end + 1)};
  if (answer.name != "kvm" && answer.name != "tcg") return std::nullopt;
  return answer;
}

Accelerator boot_under_kvm(const std::filesystem::path& kernel, std::chrono::seconds time_limit) {
  std::string console;
  Command command;
  command.arguments = {qemu,
                       "-nodefaults",
                       "-no-user-config",
                       "-machine",
                       "q35,accel=kvm",
                       "-cpu",
                       "max",
                       "-m",
                       "256",
                       "-display",
                       "none",
                       "-serial",
                       "stdio",
                       "-no-reboot",
                       "-kernel",
                       kernel.string(),
                       "-append",
                       "console=ttyS0 panic=-1"};
  command.time_limit = time_limit;
  command.on_output = [&console](std::string_view chunk) { console += chunk; };
  const auto ended = run_command(command);
  const bool spoke = console.find("Linux version") != std::string::npos;
  if (ended && ended->status == 0 && spoke) return {"kvm", "a kernel was booted under KVM"};
  if (ended && ended->status != 0)
    return {"tcg", "QEMU fails under KVM: " + ended->err.substr(0, ended->err.find('\n'))};
  return {"tcg",
          fmt::format("a kernel booted under KVM {} within {} s",
                      spoke ? "did not come to its end" : "printed nothing", time_limit.count())};
}

}  // namespace

Result<std::optional<Accelerator>> known_accelerator(const std::filesystem::path& kernel,
                                                     const std::filesystem::path& cache_folder) {
  if (::access(kvm_device, R_OK | W_OK) != 0)
    return std::optional{Accelerator{"tcg", system_error(errno, kvm_device).message}};
  return read_answer(TRY(answer_file(kernel, cache_folder)));
}

Result<Accelerator> probe_accelerator(const std::filesystem::path& kernel,
                                      const std::filesystem::path& cache_folder,
                                      std::chrono::seconds time_limit) {
  if (auto known = TRY(known_accelerator(kernel, cache_folder))) return *std::move(known);
  const auto file = TRY(answer_file(kernel, cache_folder));
  Accelerator answer = boot_under_kvm(kernel, time_limit);
  std::error_code ignored;
  std::filesystem::create_directories(cache_folder, ignored);
  // An answer that cannot be kept costs the next caller a probe of its own, no more.
  static_cast<void>(write_file_atomically(file, answer.name + "\n" + answer.why));
  return answer;
}

Result<std::filesystem::path> find_host_kernel() {
  std::vector<std::filesystem::path> kernels;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator{"/boot", failed})
    if (entry.path().filename().string().starts_with("vmlinuz-") &&
        ::access(entry.path().c_str(), R_OK) == 0)
      kernels.push_back(entry.path());
  if (kernels.empty()) return make_error(Errc::not_found, "no readable '/boot/vmlinuz-*'");
  const auto rank = [](const std::filesystem::path& path) {
    return std::pair{path.string().find("cloud") != std::string::npos, path.string()};
  };
  return *std::max_element(kernels.begin(), kernels.end(),
                           [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

}  // namespace imprint
