#pragma once
// A node in memory: what survives a crash of the agent, and agents on it.

#include <memory>
#include <string>

#include "agent/workflows/job_runner.h"
#include "tests/support/crash_point.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_hypervisor.h"
#include "tests/support/fake_image_source.h"
#include "tests/support/fake_inspector.h"
#include "tests/support/fake_volumes.h"
#include "tests/support/memory_journal.h"
#include "tests/support/memory_store.h"

namespace imprint::test {

/// The hypervisor, the files, the store and the journal: they live on when the agent dies.
struct World {
  static constexpr const char* secret = "canary-5f0e";
  static inline const Caller caller{"uid:1000", ""};

  std::shared_ptr<FakeFiles> files = std::make_shared<FakeFiles>();
  std::shared_ptr<MemoryContents> contents = std::make_shared<MemoryContents>();
  std::shared_ptr<MemoryJobs> jobs = std::make_shared<MemoryJobs>();
  FakeHypervisor hypervisor;
  FakeVolumes volumes{files};
  MemoryStore store{contents};
  MemoryJournal journal{jobs};
  FakeClock clock;
  FakeInspector inspector{files};
  FakeImageSource source{files,
                         {{"/images/one", "one"},
                          {"/images/two", "two"},
                          {"/images/raw", "raw disk"},
                          {"/images/bad", "bad disk"},
                          {"/images/odd", "odd disk"},
                          {"/images/packed", "packed disk one"},
                          {"/images/bomb", "bomb of zeros"}}};
  workflows::Ports ports() {
    return {store, journal, hypervisor, volumes, inspector, source, clock};
  }
  static workflows::Settings settings() {
    workflows::Settings settings;
    settings.node = "n1";
    settings.region = "r1";
    return settings;
  }

  /// What an image's file is called; also what FakeHypervisor::set_guest is told to say how its
  /// guest behaves.
  static std::string digest_of_image(const std::string& name) { return digest_of(name); }

  /// All that is stored and recorded, as one text.
  std::string everything_recorded();
};

/// An agent that lives until it goes out of scope.
class Agent {
 public:
  explicit Agent(World& world) : runner_{world.ports(), World::settings()} {
    recovered_ = runner_.recover();
  }
  workflows::JobRunner* operator->() { return &runner_; }
  [[nodiscard]] bool recovered() const { return recovered_.has_value(); }

  /// Waits, for 20 s at most, until the agent has looked at everything after its start, so that
  /// this look meets no fault that a test prepares for a job.
  void wait_for_first_look();
  /// Waits until the job is final, for 20 s at most.
  Job wait(const JobId& id);
  /// The job's end, or a failed one with the error of the order itself.
  Job wait(const Result<Job>& ordered);

  Job import(const std::string& source, const std::string& name);
  Job create(const std::string& name, const std::string& image = "first");

 private:
  workflows::JobRunner runner_;
  Result<> recovered_;
};

/// A job that says nothing.
Job blank_job();
ImportImage import_request(const std::string& source, const std::string& name);
CreateInstance create_request(const std::string& name, const std::string& image = "first");
ReimageInstance reimage_request(const std::string& image = "second");

}  // namespace imprint::test
