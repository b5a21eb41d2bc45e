#include "agent/workflows/caretaker.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "agent/base/code_pages.h"
#include "agent/base/guarded.h"
#include "agent/base/log.h"
#include "agent/base/memory.h"
#include "agent/model/json.h"

namespace imprint::workflows {
namespace {

bool waits(const std::stop_token& token, std::chrono::seconds duration) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait_for(lock, token, duration, [] { return false; });
  return !token.stop_requested();
}

/// Those that a job makes, if it makes many: its subject names only itself then.
std::vector<std::string> instances_in(const Job& job) {
  std::vector<std::string> ids;
  const Json plan = job.context.is_object() ? job.context.value("plan", Json()) : Json();
  if (!plan.is_object() || !plan.contains("instances")) return ids;
  for (const Json& instance : plan["instances"])
    if (instance.is_object()) ids.push_back(instance.value("id", ""));
  return ids;
}

/// Of an image's file or seal.
std::optional<Sha256> digest_in_name(const std::string& file) {
  constexpr std::string_view prefix = "sha256-";
  constexpr std::size_t digits = 64;
  const std::string name = std::filesystem::path{file}.filename();
  if (!name.starts_with(prefix)) return std::nullopt;
  auto digest = Sha256::parse(name.substr(prefix.size(), digits));
  return digest ? std::optional{*std::move(digest)} : std::nullopt;
}

}  // namespace

Caretaker::Caretaker(const Ports& ports, Records& records, DamagedRows& damaged,
                     const Settings& settings, Shared& shared)
    : ports_{ports}, records_{records}, damaged_{damaged}, settings_{settings}, shared_{shared} {}

void Caretaker::start() {
  thread_ = std::jthread{[this](const std::stop_token& token) { keep_looking(token); }};
}

void Caretaker::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Caretaker::keep_looking(const std::stop_token& token) {
  do {
    const auto looked = guarded([this] {
      Result<> looked_at = look();
      scrub();
      return looked_at;
    });
    if (!looked) log::warn("drift: {}, continuing", looked.error().message);
    // The start, or a look at everything, leaves much that is not needed until the next one.
    return_free_memory();
    return_code_pages();
  } while (waits(token, settings_.look_interval));
}

Caretaker::Sight Caretaker::sight() {
  return *sight_.lock();
}

Result<> Caretaker::look() {
  const policy::DriftFacts seen = TRY(facts());
  std::vector<Drift> drift = policy::find_drift(seen);
  Sight fresh{std::move(drift), format_time(ports_.clock.now())};
  auto sight = sight_.lock();
  for (const Drift& one : fresh.drift)
    if (std::ranges::find(sight->drift, one) == sight->drift.end())
      log::warn("drift: {} '{}': {}", one.kind, one.subject, one.detail);
  *sight = std::move(fresh);
  return {};
}

bool Caretaker::uses_are_unknown() {
  const auto seen = [this] { return std::ranges::any_of(sight().drift, policy::rests_on_unknown); };
  // Looked at again, for what an instance that is just being released leaves for a moment looks so.
  return seen() && (!look() || seen());
}

Result<policy::DriftFacts> Caretaker::facts() {
  policy::DriftFacts facts;
  // Files first, records next, open jobs last: what a job makes or removes meanwhile has a record
  // by then, or its job is still open.
  for (const auto& file : TRY(ports_.volumes.stored_files())) facts.files.push_back(file.string());
  add_machines(facts);
  facts.images = TRY(records_.images());
  facts.instances = TRY(records_.instances());
  add_images(facts);
  hold_files(facts);
  TRY(hold_damaged(facts));
  const auto open = TRY(ports_.journal.open_jobs());
  for (const Job& job : open) {
    facts.busy.insert(job.subject);
    for (const std::string& instance : instances_in(job)) facts.busy.insert(instance);
    facts.jobs.insert(job.id.str());
  }
  return facts;
}

/// What a record that cannot be read stands for is not to look as if nobody needed it.
Result<> Caretaker::hold_damaged(policy::DriftFacts& facts) {
  TRY(damaged_.look());
  for (const Damage& one : damaged_.all()) {
    const std::string name = one.name.substr(one.name.find('/') + 1);
    facts.busy.insert(name);
    facts.jobs.insert(name);
  }
  for (const DamagedJob& job : damaged_.jobs())
    if (!job.ended) facts.busy.insert(job.subject);
  return {};
}

void Caretaker::add_machines(policy::DriftFacts& facts) {
  const auto listed = ports_.hypervisor.list();
  if (!listed) return;
  auto& machines = facts.machines.emplace();
  for (const auto& machine : *listed) {
    const auto state = ports_.hypervisor.state(machine.uuid);
    machines.push_back({machine.uuid, machine.instance, state ? state->power : machine.power,
                        state ? state->system_path : ""});
  }
}

void Caretaker::add_images(policy::DriftFacts& facts) {
  for (const Image& image : facts.images)
    if (const auto whole = ports_.volumes.probe_image(image.digest, image.file_size); !whole)
      facts.faults.emplace(image.digest.hex(), whole.error().message);
  const auto reads = reads_.lock();
  for (const auto& [digest, read] : *reads)
    if (!read.fault.empty()) facts.faults.insert_or_assign(digest, read.fault);
}

void Caretaker::hold_files(policy::DriftFacts& facts) {
  const auto hold_image = [&](const Sha256& digest) {
    const std::string path = ports_.volumes.image_path(digest).string();
    facts.held.insert(path);
    facts.held.insert(path + ".seal");
  };
  const auto hold_system = [&](const System& system) {
    facts.held.insert(system.disk.path);
    facts.held.insert(system.seed.path);
    if (system.disk.base_digest) hold_image(*system.disk.base_digest);
  };
  for (const Image& image : facts.images) hold_image(image.digest);
  // A job that is about to record an image, or a disk upon it, holds its bytes by their digest.
  for (const std::string& file : facts.files) {
    const auto digest = digest_in_name(file);
    if (!digest) continue;
    const auto used = records_.bytes_used(*digest);
    if (!used || *used) hold_image(*digest);
  }
  for (const Instance& instance : facts.instances) {
    hold_system(instance.system);
    if (instance.retained) hold_system(instance.retained->system);
    for (const Disk& disk : instance.data_disks) facts.held.insert(disk.path);
    const auto folder = std::filesystem::path{instance.system.disk.path}.parent_path();
    for (const char* name : {"secrets.json", "console.log"})
      facts.held.insert((folder / name).string());
  }
}

void Caretaker::scrub() {
  const auto images = records_.images();
  if (!images || images->empty()) return;
  const auto now = ports_.clock.uptime();
  const Image* oldest = nullptr;
  {
    const auto reads = reads_.lock();
    for (const Image& image : *images)
      if (oldest == nullptr ||
          (*reads)[image.digest.hex()].when < (*reads)[oldest->digest.hex()].when)
        oldest = &image;
    const auto when = (*reads)[oldest->digest.hex()].when;
    if (when && now - *when < settings_.scrub_interval) return;
  }
  const auto whole =
      ports_.volumes.verify_image(oldest->digest, [this] { return shared_.stopping.load(); });
  if (!whole && whole.error().code != Errc::corrupt) return;  // not read to its end
  if (!whole) log::error("image {}: {}", oldest->digest.hex(), whole.error().message);
  reads_.lock()->insert_or_assign(oldest->digest.hex(),
                                  Read{now, whole ? "" : whole.error().message});
}

}  // namespace imprint::workflows
