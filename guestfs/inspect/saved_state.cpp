#include "guestfs/inspect/saved_state.h"

#include <algorithm>

#include "guestfs/inspect/appliance_cache.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

appliance::StateSettings state_settings(const WorkerSettings& settings, const Workplace& place) {
  appliance::StateSettings state;
  state.cache_folder =
      settings.cache_folder.empty() ? default_cache_folder() : settings.cache_folder;
  state.kernel = place.appliance / "kernel";
  state.daemon = fs::path{IMPRINT_GUESTFS_FOLDER} / "supermin.d" / "daemon.tar.gz";
  state.programs = place.worker.parent_path();
  state.worker = place.worker;
  state.kvm = place.accelerator.name == "kvm";
  return state;
}

void do_without(Workplace& place, const Error& reason) {
  place.not_saved = reason.message;
  // A console's text may be among it.
  std::replace(place.not_saved.begin(), place.not_saved.end(), '\n', ' ');
}

}  // namespace

bool find_saved_state(const WorkerSettings& settings, Workplace& place) {
  auto found = appliance::find_state(state_settings(settings, place));
  if (!found) {
    do_without(place, found.error());
    return true;  // what cannot be had is not made either
  }
  place.saved = *std::move(found);
  return place.saved.has_value();
}

void prepare_saved_state(const WorkerSettings& settings, Workplace& place) {
  auto saved = appliance::prepare_state(state_settings(settings, place));
  if (saved)
    place.saved = *std::move(saved);
  else
    do_without(place, saved.error());
}

void add_saved_state(Command& command, const Workplace& place) {
  if (!place.saved) {
    if (!place.not_saved.empty()) command.arguments.push_back("--not-saved=" + place.not_saved);
    return;
  }
  const auto& [key, folder, wrapper, state] = *place.saved;
  command.inherited = {state.memory.get(), state.devices.get()};
  command.arguments.insert(
      command.arguments.end(),
      {"--state-key", key, "--wrapper", wrapper.string(), "--features", folder.string(), "--memory",
       std::to_string(state.memory.get()), "--devices", std::to_string(state.devices.get())});
}

Result<> prepare_for_checks(const fs::path& cache_folder) {
  const WorkerSettings settings{{}, cache_folder};
  const Workplace place = TRY(prepare_workplace(settings, false));
  TRY(appliance::prepare_state(state_settings(settings, place)));
  return {};
}

}  // namespace imprint::inspect
