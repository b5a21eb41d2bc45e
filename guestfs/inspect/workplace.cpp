#include "guestfs/inspect/workplace.h"

#include "guestfs/inspect/appliance_cache.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_report = std::size_t{64} << 20;
constexpr std::uint64_t cpu_per_wall = 4;  // TCG keeps more than one processor busy

}  // namespace

Result<Workplace> prepare_workplace(const WorkerSettings& settings) {
  const fs::path cache =
      settings.cache_folder.empty() ? default_cache_folder() : settings.cache_folder;
  PrivateFolder temp =
      TRY(PrivateFolder::create(fs::temp_directory_path(), PrivateFolder::workers));
  fs::path worker = settings.worker.empty() ? TRY(find_worker()) : settings.worker;
  fs::path appliance = TRY(prepare_appliance(cache));
  Accelerator accelerator = TRY(probe_accelerator(appliance / "kernel", cache));
  return Workplace{std::move(worker), std::move(appliance), std::move(accelerator),
                   std::move(temp),   std::nullopt,         {}};
}

Command command_at(const Workplace& place, const std::vector<fs::path>& disks,
                   std::chrono::seconds time_limit) {
  Command command;
  command.arguments = {place.worker.string(), "--appliance", place.appliance.string(),
                       "--accelerator", place.accelerator.name};
  command.environment = {"TMPDIR=" + place.temp.path().string(),
                         "HOME=" + place.temp.path().string()};
  command.time_limit = time_limit;
  command.output_limit = largest_report;
  Sandbox& sandbox = command.sandbox.emplace();
  sandbox.read = system_read_paths();
  sandbox.read.insert(sandbox.read.end(), {place.worker, place.appliance});
  if (place.saved)
    sandbox.read.insert(sandbox.read.end(), {place.saved->folder, place.saved->wrapper});
  sandbox.read.insert(sandbox.read.end(), disks.begin(), disks.end());
  sandbox.write = {place.temp.path(), "/dev/null"};
  if (place.accelerator.name == "kvm") sandbox.write.emplace_back("/dev/kvm");
  sandbox.cpu_seconds = static_cast<std::uint64_t>(time_limit.count()) * cpu_per_wall;
  return command;
}

}  // namespace imprint::inspect
