#pragma once
// Ports that go dead together at the n-th change, as all of a process does when it is killed: from
// there on nothing that it calls has any effect. What happened before stays, in the ports behind
// them.

#include <atomic>
#include <utility>

#include "agent/ports/hypervisor.h"
#include "agent/ports/journal.h"
#include "agent/ports/store.h"
#include "agent/ports/volumes.h"

namespace imprint::test {

/// Counts changes. Thread-safe.
class CrashPoint {
 public:
  /// Dies at change number `at` (from 0): before it takes effect or after.
  CrashPoint(int at, bool after) : at_{at}, after_{after} {}

  [[nodiscard]] bool dead() const { return dead_; }
  [[nodiscard]] int changes() const { return count_; }

  template <class Change>
  auto change(Change call) -> decltype(call()) {
    if (dead_) return gone();
    const bool last = count_++ == at_;
    if (last && !after_) {
      dead_ = true;
      return gone();
    }
    auto answer = call();
    if (last) {
      dead_ = true;
      return gone();
    }
    return answer;
  }
  template <class Look>
  auto look(Look call) -> decltype(call()) {
    if (dead_) return gone();
    return call();
  }

 private:
  static Error gone() { return make_error(Errc::unavailable, "the process is dead"); }

  int at_;
  bool after_;
  std::atomic<int> count_ = 0;
  std::atomic<bool> dead_ = false;
};

class CrashingJournal : public Journal {
 public:
  CrashingJournal(CrashPoint& point, Journal& real) : point_{point}, real_{real} {}
  Result<Submitted> submit(const Job& job) override {
    return point_.change([&] { return real_.submit(job); });
  }
  Result<> entering(const JobId& job, std::size_t step) override {
    return point_.change([&] { return real_.entering(job, step); });
  }
  Result<> left(const JobId& job, std::size_t step, StepState state) override {
    return point_.change([&] { return real_.left(job, step, state); });
  }
  Result<> save_context(const JobId& job, const Json& context) override {
    return point_.change([&] { return real_.save_context(job, context); });
  }
  Result<> report(const JobId& job, double progress, const std::string& note) override {
    return point_.look([&] { return real_.report(job, progress, note); });
  }
  Result<Job> cancel(const JobId& job, const std::string& caller, std::size_t commit) override {
    return point_.change([&] { return real_.cancel(job, caller, commit); });
  }
  Result<> finish(const JobId& job, JobState state, const Json& result,
                  const std::optional<Error>& error) override {
    return point_.change([&] { return real_.finish(job, state, result, error); });
  }
  Result<Job> find(const JobId& job) override {
    return point_.look([&] { return real_.find(job); });
  }
  Result<std::optional<Job>> find_key(const std::string& key) override {
    return point_.look([&] { return real_.find_key(key); });
  }
  Result<std::vector<Job>> list(std::size_t limit) override {
    return point_.look([&] { return real_.list(limit); });
  }
  Result<std::vector<Job>> open_jobs() override {
    return point_.look([&] { return real_.open_jobs(); });
  }
  Result<std::vector<DamagedJob>> damaged_open() override {
    return point_.look([&] { return real_.damaged_open(); });
  }
  Result<DamagedPart> damaged_ended(std::optional<std::int64_t> below, std::size_t most) override {
    return point_.look([&] { return real_.damaged_ended(below, most); });
  }
  Result<std::size_t> forget_ended(const std::string& before, std::size_t keep,
                                   std::size_t most) override {
    return point_.change([&] { return real_.forget_ended(before, keep, most); });
  }

 private:
  CrashPoint& point_;
  Journal& real_;
};

class CrashingStore : public Store {
 public:
  CrashingStore(CrashPoint& point, Store& real) : point_{point}, real_{real} {}
  Result<std::optional<Entry>> get(const std::string& key) override {
    return point_.look([&] { return real_.get(key); });
  }
  Result<Listing> list(const std::string& prefix) override {
    return point_.look([&] { return real_.list(prefix); });
  }
  Result<Revision> commit(const Transaction& transaction) override {
    return point_.change([&] { return real_.commit(transaction); });
  }
  Result<std::unique_ptr<Watch>> watch(const std::string& prefix, Revision from) override {
    return real_.watch(prefix, from);
  }
  Result<> compact(Revision revision) override { return real_.compact(revision); }
  Result<LeaseId> grant_lease(std::chrono::milliseconds time_to_live) override {
    return real_.grant_lease(time_to_live);
  }
  Result<> keep_lease(LeaseId lease) override { return real_.keep_lease(lease); }
  Result<> revoke_lease(LeaseId lease) override { return real_.revoke_lease(lease); }

 private:
  CrashPoint& point_;
  Store& real_;
};

class CrashingHypervisor : public Hypervisor {
 public:
  CrashingHypervisor(CrashPoint& point, Hypervisor& real) : point_{point}, real_{real} {}
  Result<HypervisorInfo> info() override {
    return point_.look([&] { return real_.info(); });
  }
  Result<> define(const Machine& machine) override {
    return point_.change([&] { return real_.define(machine); });
  }
  Result<> undefine(const std::string& uuid) override {
    return point_.change([&] { return real_.undefine(uuid); });
  }
  Result<> start(const std::string& uuid) override {
    return point_.change([&] { return real_.start(uuid); });
  }
  Result<StopOutcome> stop(const std::string& uuid, std::chrono::seconds grace) override {
    return point_.change([&] { return real_.stop(uuid, grace); });
  }
  Result<> swap_system_disk(const Machine& machine, const std::string& expected_system) override {
    return point_.change([&] { return real_.swap_system_disk(machine, expected_system); });
  }
  Result<MachineState> state(const std::string& uuid) override {
    return point_.look([&] { return real_.state(uuid); });
  }
  Result<std::vector<Listed>> list() override {
    return point_.look([&] { return real_.list(); });
  }
  Result<std::string> console_tail(const std::string& uuid, std::size_t bytes) override {
    return point_.look([&] { return real_.console_tail(uuid, bytes); });
  }
  Result<> ping_agent(const std::string& uuid, std::chrono::seconds wait) override {
    return point_.look([&] { return real_.ping_agent(uuid, wait); });
  }
  void listen(Listener listener) override { real_.listen(std::move(listener)); }

 private:
  CrashPoint& point_;
  Hypervisor& real_;
};

class CrashingVolumes : public Volumes {
 public:
  CrashingVolumes(CrashPoint& point, Volumes& real) : point_{point}, real_{real} {}
  Result<std::filesystem::path> prepare_incoming(const JobId& job) override {
    return point_.change([&] { return real_.prepare_incoming(job); });
  }
  Result<std::filesystem::path> prepare_unpacked(const JobId& job) override {
    return point_.change([&] { return real_.prepare_unpacked(job); });
  }
  Result<> discard_incoming(const JobId& job) override {
    return point_.change([&] { return real_.discard_incoming(job); });
  }
  Result<std::string> seal_of(const std::filesystem::path& incoming) override {
    return point_.look([&] { return real_.seal_of(incoming); });
  }
  Result<StoredImage> adopt_image(const std::filesystem::path& incoming, ImageFormat format,
                                  const std::optional<Hashed>& hashed,
                                  const std::function<bool()>& cancelled) override {
    return point_.change([&] { return real_.adopt_image(incoming, format, hashed, cancelled); });
  }
  Result<std::optional<StoredImage>> noted_image(const std::filesystem::path& incoming) override {
    return point_.look([&] { return real_.noted_image(incoming); });
  }
  [[nodiscard]] std::filesystem::path image_path(const Sha256& digest) const override {
    return real_.image_path(digest);
  }
  Result<> probe_image(const Sha256& digest, std::uint64_t file_size) override {
    return point_.look([&] { return real_.probe_image(digest, file_size); });
  }
  Result<std::vector<std::filesystem::path>> stored_files() override {
    return point_.look([&] { return real_.stored_files(); });
  }
  Result<> verify_image(const Sha256& digest, const std::function<bool()>& cancelled) override {
    return point_.look([&] { return real_.verify_image(digest, cancelled); });
  }
  Result<> remove_image(const Sha256& digest) override {
    return point_.change([&] { return real_.remove_image(digest); });
  }
  Result<Disk> create_system_disk(const InstanceId& instance, int system_generation,
                                  const Image& image, std::uint64_t size) override {
    return point_.change(
        [&] { return real_.create_system_disk(instance, system_generation, image, size); });
  }
  Result<Disk> create_data_disk(const InstanceId& instance, int index,
                                std::uint64_t size) override {
    return point_.change([&] { return real_.create_data_disk(instance, index, size); });
  }
  Result<Disk> create_seed(const InstanceId& instance, int system_generation,
                           const Seed& seed) override {
    return point_.change([&] { return real_.create_seed(instance, system_generation, seed); });
  }
  [[nodiscard]] SystemFiles system_files(const InstanceId& instance,
                                         int system_generation) const override {
    return real_.system_files(instance, system_generation);
  }
  Result<int> newest_system(const InstanceId& instance) override {
    return point_.look([&] { return real_.newest_system(instance); });
  }
  Result<> remove_disk(const Disk& disk) override {
    return point_.change([&] { return real_.remove_disk(disk); });
  }
  Result<> remove_instance(const InstanceId& instance) override {
    return point_.change([&] { return real_.remove_instance(instance); });
  }
  Result<> save_secrets(const InstanceId& instance, const Secret& user_data,
                        const Secret& password_hash) override {
    return point_.change([&] { return real_.save_secrets(instance, user_data, password_hash); });
  }
  Result<Secrets> load_secrets(const InstanceId& instance) override {
    return point_.look([&] { return real_.load_secrets(instance); });
  }
  Result<std::filesystem::path> prepare_console(const InstanceId& instance) override {
    return point_.change([&] { return real_.prepare_console(instance); });
  }
  Result<Space> space() override {
    return point_.look([&] { return real_.space(); });
  }

 private:
  CrashPoint& point_;
  Volumes& real_;
};

}  // namespace imprint::test
