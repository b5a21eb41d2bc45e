// A hypervisor whose machines are a file, "machines.json" in the folder that the setting `uri`
// names: they outlive the agent as QEMU does, so that a real agent can be killed thousands of times
// without QEMU. A machine starts only if all its disks are there. A guest whose image's digest
// stands in the file "panics" of that folder panics at once.

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>

#include "agent/base/atomic_file.h"
#include "agent/model/json.h"
#include "plugins/plugin.h"

namespace imprint::test {
namespace {

struct Entry {
  Machine machine;
  PowerState power = PowerState::stopped;
  std::string running_system{};
};
using Machines = std::map<std::string, Entry>;

bool has_process(PowerState power) {
  return power == PowerState::running || power == PowerState::crashed;
}

Json to_json(const Machine& machine) {
  Json data = Json::array();
  for (const Disk& disk : machine.data_disks) data.push_back(imprint::to_json(disk));
  return {{"instance", machine.instance.str()},
          {"name", machine.name},
          {"memory", machine.memory},
          {"cpus", machine.cpus},
          {"system", imprint::to_json(machine.system)},
          {"seed", imprint::to_json(machine.seed)},
          {"data", std::move(data)},
          {"generation", machine.generation}};
}

Result<Machine> parse_machine(const std::string& uuid, const Json& json) {
  std::vector<Disk> data;
  for (const Json& disk : json.at("data")) data.push_back(TRY(parse_disk_record(disk, "data")));
  const auto instance = TRY(InstanceId::parse(json.at("instance").get<std::string>()));
  return Machine{.instance = instance,
                 .uuid = uuid,
                 .name = json.at("name").get<std::string>(),
                 .cpus = json.at("cpus").get<int>(),
                 .memory = json.at("memory").get<std::uint64_t>(),
                 .firmware = Firmware::bios,
                 .network = std::nullopt,
                 .mac = "",
                 .system = TRY(parse_disk_record(json.at("system"), "system")),
                 .seed = TRY(parse_disk_record(json.at("seed"), "seed")),
                 .data_disks = std::move(data),
                 .console_log = {},
                 .generation = json.at("generation").get<std::int64_t>()};
}

/// Everything but system disk, seed and generation.
Json rest_of(const Machine& machine) {
  Json json = to_json(machine);
  for (const char* key : {"system", "seed", "generation"}) json.erase(key);
  return json;
}

Result<> require_disks(const Machine& machine) {
  std::vector<std::string> files{machine.system.path, machine.seed.path};
  if (machine.system.base_path) files.push_back(*machine.system.base_path);
  for (const Disk& disk : machine.data_disks) files.push_back(disk.path);
  for (const std::string& file : files)
    if (std::error_code ignored; !std::filesystem::is_regular_file(file, ignored) ||
                                 std::filesystem::file_size(file, ignored) == 0)
      return make_error(Errc::internal, "machine '{}': cannot start without '{}'", machine.name,
                        file);
  return {};
}

class FileHypervisor : public Hypervisor {
 public:
  explicit FileHypervisor(std::filesystem::path folder) : folder_{std::move(folder)} {}

  Result<HypervisorInfo> info() override {
    return HypervisorInfo{"file 1", "tcg", "no guest runs"};
  }

  Result<> define(const Machine& machine) override {
    return change([&](Machines& machines) -> Result<> {
      const auto [found, fresh] = machines.try_emplace(machine.uuid, Entry{machine});
      if (fresh || to_json(found->second.machine) == to_json(machine)) return {};
      return make_error(Errc::conflict, "machine '{}' is defined differently", machine.name);
    });
  }

  Result<> undefine(const std::string& uuid) override {
    return change([&](Machines& machines) -> Result<> {
      const auto found = machines.find(uuid);
      if (found == machines.end()) return {};
      if (has_process(found->second.power))
        return make_error(Errc::conflict, "machine '{}' runs", uuid);
      machines.erase(found);
      return {};
    });
  }

  Result<> start(const std::string& uuid) override {
    return change([&](Machines& machines) -> Result<> {
      Entry& entry = *TRY(find(machines, uuid));
      if (entry.power == PowerState::running) return {};
      TRY(require_disks(entry.machine));
      const auto panics = read_file(folder_ / "panics");
      const std::string digest =
          entry.machine.system.base_digest ? entry.machine.system.base_digest->hex() : "none";
      const bool panicking = panics && panics->find(digest) != std::string::npos;
      entry.power = panicking ? PowerState::crashed : PowerState::running;
      entry.running_system = entry.machine.system.path;
      return {};
    });
  }

  Result<StopOutcome> stop(const std::string& uuid, std::chrono::seconds grace) override {
    StopOutcome outcome = StopOutcome::was_stopped;
    TRY(change([&](Machines& machines) -> Result<> {
      Entry& entry = *TRY(find(machines, uuid));
      if (has_process(entry.power))
        outcome = grace.count() > 0 ? StopOutcome::graceful : StopOutcome::forced;
      entry.power = PowerState::stopped;
      return {};
    }));
    return outcome;
  }

  Result<> swap_system_disk(const Machine& machine, const std::string& expected) override {
    return change([&](Machines& machines) -> Result<> {
      Entry& entry = *TRY(find(machines, machine.uuid));
      if (has_process(entry.power))
        return make_error(Errc::conflict, "machine '{}' runs", machine.name);
      if (rest_of(entry.machine) != rest_of(machine))
        return make_error(Errc::conflict, "machine '{}': more would change", machine.name);
      const std::string& present = entry.machine.system.path;
      if (present != expected && present != machine.system.path)
        return make_error(Errc::conflict, "machine '{}' has '{}', not '{}'", machine.name, present,
                          expected);
      entry.machine = machine;
      return {};
    });
  }

  Result<MachineState> state(const std::string& uuid) override {
    const Machines machines = TRY(load());
    const auto found = machines.find(uuid);
    if (found == machines.end()) return MachineState{PowerState::absent, "", ""};
    const Entry& entry = found->second;
    return MachineState{
        entry.power, entry.power == PowerState::crashed ? "panicked" : "",
        has_process(entry.power) ? entry.running_system : entry.machine.system.path};
  }

  Result<std::vector<Listed>> list() override {
    std::vector<Listed> listed;
    const Machines machines = TRY(load());
    for (const auto& [uuid, entry] : machines)
      listed.push_back({uuid, entry.machine.instance.str(), entry.power});
    return listed;
  }

  Result<std::string> console_tail(const std::string&, std::size_t) override {
    return std::string{"fake guest login: "};
  }
  Result<> ping_agent(const std::string&, std::chrono::seconds) override { return {}; }
  void listen(Listener) override {}

 private:
  static Result<Entry*> find(Machines& machines, const std::string& uuid) {
    const auto found = machines.find(uuid);
    if (found == machines.end()) return make_error(Errc::not_found, "machine '{}': no such", uuid);
    return &found->second;
  }

  Result<Machines> load() const {
    Machines machines;
    const auto text = read_file(folder_ / "machines.json");
    if (!text && text.error().code == Errc::not_found) return machines;
    const Json json = TRY(parse_json(TRY(text)));
    for (const auto& [uuid, entry] : json.items())
      machines.emplace(uuid, Entry{TRY(parse_machine(uuid, entry.at("machine"))),
                                   TRY(parse_power_state(entry.at("power").get<std::string>())),
                                   entry.at("running_system").get<std::string>()});
    return machines;
  }

  template <class Change>
  Result<> change(Change change) {
    const std::lock_guard lock{mutex_};
    Machines machines = TRY(load());
    TRY(change(machines));
    Json json = Json::object();
    for (const auto& [uuid, entry] : machines)
      json[uuid] = {{"machine", to_json(entry.machine)},
                    {"power", to_string(entry.power)},
                    {"running_system", entry.running_system}};
    return write_file_atomically(folder_ / "machines.json", dump_json(json));
  }

  std::filesystem::path folder_;
  std::mutex mutex_;
};

Result<std::unique_ptr<Hypervisor>> create(const PluginSettings& settings) {
  const auto folder = settings.find("uri");
  if (folder == settings.end()) return make_error(Errc::invalid, "no folder is named as 'uri'");
  return std::unique_ptr<Hypervisor>{new FileHypervisor{folder->second}};
}

}  // namespace
}  // namespace imprint::test

IMPRINT_PLUGIN("file", imprint::test::create);
