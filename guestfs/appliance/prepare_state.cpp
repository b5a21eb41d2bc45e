#include "guestfs/appliance/prepare_state.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

#include "agent/base/atomic_file.h"
#include "agent/base/command.h"
#include "guestfs/appliance/cache_lock.h"
#include "guestfs/appliance/kernel_modules.h"
#include "guestfs/appliance/root_tree.h"
#include "guestfs/appliance/save_machine.h"
#include "guestfs/appliance/state_key.h"

namespace imprint::appliance {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "state-";
constexpr std::string_view failure_suffix = ".failed";
constexpr const char* state_name = "state";
constexpr const char* features_name = "features";
constexpr std::uintmax_t space_needed = std::uintmax_t{800} << 20;
constexpr std::chrono::hours retry_after{1};

class Preparation {
 public:
  Preparation(const StateSettings& settings, StateParts parts, std::string key)
      : settings_{settings},
        parts_{std::move(parts)},
        key_{std::move(key)},
        folder_{settings.cache_folder / name()} {}

  Result<PreparedState> run() {
    if (auto found = TRY(find())) return *std::move(found);
    return make();
  }

  [[nodiscard]] Result<std::optional<PreparedState>> find() const {
    auto own = load_state(folder_ / state_name, key_);
    if (own) return std::optional{prepared(folder_, *std::move(own))};
    const fs::path shared = settings_.system_cache / name();
    if (auto state = load_state(shared / state_name, key_))
      return std::optional{prepared(shared, *std::move(state))};
    if (auto known = read_failure()) return *std::move(known);
    if (own.error().code == Errc::denied) return own.error();
    return std::optional<PreparedState>{};
  }

 private:
  [[nodiscard]] std::string name() const { return std::string{prefix} + key_.substr(0, 16); }
  [[nodiscard]] fs::path failure_file() const {
    return folder_.string() + std::string{failure_suffix};
  }

  PreparedState prepared(const fs::path& folder, LoadedState state) const {
    return {key_, folder / features_name, parts_.wrapper, std::move(state)};
  }

  Result<PreparedState> make() {
    const Fd held = TRY(lock_cache(settings_.cache_folder));
    // Another process may have made it meanwhile.
    auto state = load_state(folder_ / state_name, key_);
    if (state) return prepared(folder_, *std::move(state));
    if (state.error().code == Errc::denied) return state.error();
    remove_others(settings_.cache_folder, prefix, {});
    if (const auto built = build(); !built) {
      remember_failure(built.error());
      return built.error();
    }
    return prepared(folder_, TRY(load_state(folder_ / state_name, key_)));
  }

  Result<> build() const {
    TRY(require_space());
    const fs::path building = folder_.string() + ".new";
    auto built = build_in(building);
    std::error_code ignored;
    fs::remove_all(building, ignored);
    return built;
  }

  Result<> build_in(const fs::path& building) const {
    const fs::path work = building / "work";
    std::error_code failed;
    fs::create_directories(work, failed);
    fs::create_directories(building / features_name, failed);
    if (failed) return system_error(failed.value(), work.string());
    const fs::path initramfs = work / "initramfs";
    TRY(write_initramfs(TRY(plan_root({parts_.init, parts_.daemon, parts_.modules, work})),
                        initramfs));
    TRY(save_machine({parts_.kvm, parts_.kernel, initramfs, work, key_}, building / state_name));
    TRY(learn_features(building / features_name));
    fs::remove_all(work, failed);
    if (::rename(building.c_str(), folder_.c_str()) != 0)
      return system_error(errno, folder_.string());
    return {};
  }

  [[nodiscard]] Result<> require_space() const {
    struct statvfs space {};
    if (::statvfs(settings_.cache_folder.c_str(), &space) != 0)
      return system_error(errno, settings_.cache_folder.string());
    if (std::uintmax_t{space.f_bavail} * space.f_frsize >= space_needed) return {};
    return make_error(Errc::exhausted, "less than {} MB are free in '{}'", space_needed >> 20,
                      settings_.cache_folder.string());
  }

  /// libguestfs asks QEMU four questions at each start, or finds the answers in a folder.
  Result<> learn_features(const fs::path& target) const {
    Command command;
    command.arguments = {settings_.worker.string(),
                         "--learn-features",
                         target.string(),
                         "--appliance",
                         parts_.kernel.parent_path().string(),
                         "--wrapper",
                         parts_.wrapper.string()};
    command.environment = {"TMPDIR=" + target.string()};
    TRY(run_checked(command));
    return {};
  }

  [[nodiscard]] std::optional<Error> read_failure() const {
    std::error_code failed;
    const auto written = fs::last_write_time(failure_file(), failed);
    if (failed || fs::file_time_type::clock::now() - written > retry_after) return std::nullopt;
    const auto reason = read_file(failure_file());
    return make_error(Errc::unavailable, "{}", reason ? *reason : "the last try failed");
  }

  void remember_failure(const Error& error) const {
    // Where it cannot be remembered, the next caller tries again.
    static_cast<void>(write_file_atomically(failure_file(), error.message, 0644));
  }

  const StateSettings& settings_;
  StateParts parts_;
  std::string key_;
  fs::path folder_;
};

Result<Preparation> preparation_of(const StateSettings& settings) {
  StateParts parts;
  parts.init = settings.programs / "imprint-appliance-init";
  parts.wrapper = settings.programs / "imprint-appliance-qemu";
  parts.daemon = settings.daemon;
  parts.kernel = settings.kernel;
  parts.modules = fs::path{"/lib/modules"} / TRY(kernel_version(settings.kernel));
  parts.kvm = settings.kvm;
  std::string key = TRY(state_key(parts));
  return Preparation{settings, std::move(parts), std::move(key)};
}

}  // namespace

Result<PreparedState> prepare_state(const StateSettings& settings) {
  return TRY(preparation_of(settings)).run();
}

Result<std::optional<PreparedState>> find_state(const StateSettings& settings) {
  return TRY(preparation_of(settings)).find();
}

}  // namespace imprint::appliance
