#include "agent/policy/drift.h"

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "agent/policy/image_choice.h"

namespace imprint::policy {
namespace {

class Finder {
 public:
  explicit Finder(const DriftFacts& facts) : facts_{facts} {}

  std::vector<Drift> find() {
    if (facts_.machines) {
      unrecorded_machines();
      for (const Instance& instance : facts_.instances) look_at(instance);
    }
    unrecorded_files();
    faulty_images();
    std::ranges::sort(found_, [](const Drift& a, const Drift& b) {
      return std::tie(a.kind, a.subject, a.detail) < std::tie(b.kind, b.subject, b.detail);
    });
    return std::move(found_);
  }

 private:
  void add(std::string_view kind, const std::string& subject, std::string detail) {
    found_.push_back({std::string{kind}, subject, std::move(detail)});
  }
  [[nodiscard]] bool busy(const std::string& subject) const {
    return facts_.busy.contains(subject);
  }

  void unrecorded_machines() {
    for (const SeenMachine& machine : *facts_.machines) {
      const bool recorded = std::ranges::any_of(
          facts_.instances, [&](const Instance& one) { return one.uuid == machine.uuid; });
      if (!recorded && !busy(machine.instance))
        add("unrecorded-machine", machine.uuid,
            fmt::format("it carries the mark of '{}', of which there is no record",
                        machine.instance));
    }
  }

  void look_at(const Instance& instance) {
    if (busy(instance.id.str())) return;
    const auto machine = std::ranges::find(*facts_.machines, instance.uuid, &SeenMachine::uuid);
    if (machine == facts_.machines->end())
      return add("missing-machine", instance.id.str(),
                 fmt::format("instance '{}' is recorded and not defined; start defines it",
                             instance.name));
    if (!machine->system_path.empty() && machine->system_path != instance.system.disk.path)
      add("other-system-disk", instance.id.str(),
          fmt::format("'{}' is in the machine, '{}' is recorded", machine->system_path,
                      instance.system.disk.path));
    const bool down =
        machine->power == PowerState::stopped || machine->power == PowerState::crashed;
    if (instance.wanted_running && down)
      add("stopped-machine", instance.id.str(),
          fmt::format("instance '{}' is to run and is {}", instance.name,
                      to_string(machine->power)));
  }

  [[nodiscard]] bool is_of_a_job(const std::string& file) const {
    const std::string name = std::filesystem::path{file}.filename();
    const std::string folder = std::filesystem::path{file}.parent_path().filename();
    return busy(folder) || facts_.jobs.contains(name.substr(0, name.find('.')));
  }
  /// A disk's firmware variables lie beside it and are named after it.
  [[nodiscard]] bool is_held(const std::string& file) const {
    if (facts_.held.contains(file)) return true;
    const std::filesystem::path path{file};
    const std::string disk = path.parent_path() / path.stem();
    return facts_.held.contains(disk) && firmware_variables(disk) == file;
  }
  void unrecorded_files() {
    for (const std::string& file : facts_.files)
      if (!is_held(file) && !is_of_a_job(file))
        add("unrecorded-file", file, "no record and no job needs it");
  }

  void faulty_images() {
    for (const Image& image : facts_.images)
      if (const auto fault = facts_.faults.find(image.digest.hex()); fault != facts_.faults.end())
        add("faulty-image", name_and_version(image), fault->second);
  }

  const DriftFacts& facts_;
  std::vector<Drift> found_;
};

}  // namespace

std::vector<Drift> find_drift(const DriftFacts& facts) {
  return Finder{facts}.find();
}

bool rests_on_unknown(const Drift& drift) {
  if (drift.kind == "unrecorded-machine" || drift.kind == "other-system-disk") return true;
  const std::filesystem::path file{drift.subject};
  return drift.kind == "unrecorded-file" && file.filename().string().starts_with("system-");
}

}  // namespace imprint::policy
