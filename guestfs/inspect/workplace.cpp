#include "guestfs/inspect/workplace.h"

#include "guestfs/inspect/appliance_cache.h"
#include "guestfs/inspect/saved_state.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_report = std::size_t{64} << 20;
constexpr std::uint64_t cpu_per_wall = 4;  // TCG keeps more than one processor busy

fs::path cache_of(const WorkerSettings& settings) {
  return settings.cache_folder.empty() ? default_cache_folder() : settings.cache_folder;
}

}  // namespace

Result<Workplace> bare_workplace(const WorkerSettings& settings) {
  PrivateFolder temp =
      TRY(PrivateFolder::create(fs::temp_directory_path(), PrivateFolder::workers));
  fs::path worker = settings.worker.empty() ? TRY(find_worker()) : settings.worker;
  return Workplace{std::move(worker), {}, {}, std::move(temp)};
}

Result<std::optional<Workplace>> find_workplace(const WorkerSettings& settings, bool restore) {
  const fs::path cache = cache_of(settings);
  const auto appliance = TRY(find_appliance(cache));
  if (!appliance) return std::optional<Workplace>{};
  auto accelerator = TRY(known_accelerator(*appliance / "kernel", cache));
  if (!accelerator) return std::optional<Workplace>{};
  Workplace place = TRY(bare_workplace(settings));
  place.appliance = *appliance;
  place.accelerator = *std::move(accelerator);
  if (restore && !find_saved_state(settings, place)) return std::optional<Workplace>{};
  return std::optional{std::move(place)};
}

Result<Workplace> prepare_workplace(const WorkerSettings& settings, bool restore) {
  const fs::path cache = cache_of(settings);
  Workplace place = TRY(bare_workplace(settings));
  place.appliance = TRY(prepare_appliance(cache));
  place.accelerator = TRY(probe_accelerator(place.appliance / "kernel", cache));
  if (restore) prepare_saved_state(settings, place);
  return place;
}

Command command_at(const Workplace& place, const std::vector<fs::path>& disks,
                   std::chrono::seconds time_limit) {
  Command command;
  command.arguments = {place.worker.string()};
  if (!place.appliance.empty())
    command.arguments.insert(command.arguments.end(), {"--appliance", place.appliance.string(),
                                                       "--accelerator", place.accelerator.name});
  command.environment = {"TMPDIR=" + place.temp.path().string(),
                         "HOME=" + place.temp.path().string()};
  command.time_limit = time_limit;
  command.output_limit = largest_report;
  Sandbox& sandbox = command.sandbox.emplace();
  sandbox.read = system_read_paths();
  sandbox.read.push_back(place.worker);
  if (!place.appliance.empty()) sandbox.read.push_back(place.appliance);
  if (place.saved)
    sandbox.read.insert(sandbox.read.end(), {place.saved->folder, place.saved->wrapper});
  sandbox.read.insert(sandbox.read.end(), disks.begin(), disks.end());
  sandbox.write = {place.temp.path(), "/dev/null"};
  if (place.accelerator.name == "kvm") sandbox.write.emplace_back("/dev/kvm");
  sandbox.cpu_seconds = static_cast<std::uint64_t>(time_limit.count()) * cpu_per_wall;
  return command;
}

}  // namespace imprint::inspect
