#pragma once
// The one file that knows every path below the state folder:
//
//   state.db                       the Store
//   journal.db                     the Journal
//   ballast                        space held for the databases
//   lock                           held by the daemon that owns the folder; its content is that
//   daemon's process id images/sha256-HEX.qcow2        accepted images, read-only incoming/JOB.part
//   what a job downloads instances/ID/system-N.qcow2    system disks; N is the system generation
//   instances/ID/data-N.qcow2      data disks, from 1
//   instances/ID/seed-N.iso        NoCloud seeds
//   instances/ID/secrets.json
//   instances/ID/console.log

#include <filesystem>

#include "agent/model/ids.h"

namespace imprint::store {

/// Names of files, without a look at the disk. Thread-safe.
class StatePaths {
 public:
  /// A relative folder is taken from the current one: all paths of this class are absolute.
  explicit StatePaths(const std::filesystem::path& root);

  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }
  [[nodiscard]] std::filesystem::path store() const;
  [[nodiscard]] std::filesystem::path journal() const;
  [[nodiscard]] std::filesystem::path lock() const;
  /// Of the state folder that the database lies in.
  [[nodiscard]] static std::filesystem::path ballast_beside(const std::filesystem::path& database);

  [[nodiscard]] std::filesystem::path images() const;
  [[nodiscard]] std::filesystem::path image(const Sha256& digest) const;

  [[nodiscard]] std::filesystem::path incoming() const;
  [[nodiscard]] std::filesystem::path incoming(const JobId& job) const;
  /// What it is unpacked to.
  [[nodiscard]] std::filesystem::path unpacked(const JobId& job) const;
  /// Beside either: its qcow2 form while it is converted.
  [[nodiscard]] static std::filesystem::path converted(const std::filesystem::path& incoming);
  /// Beside either: which image it became, so that adopting it again after a crash finds it.
  [[nodiscard]] static std::filesystem::path adopted(const std::filesystem::path& incoming);

  [[nodiscard]] std::filesystem::path instances() const;
  [[nodiscard]] std::filesystem::path instance(const InstanceId& instance) const;
  [[nodiscard]] std::filesystem::path system_disk(const InstanceId& instance, int generation) const;
  [[nodiscard]] std::filesystem::path data_disk(const InstanceId& instance, int index) const;
  [[nodiscard]] std::filesystem::path seed(const InstanceId& instance, int generation) const;
  [[nodiscard]] std::filesystem::path secrets(const InstanceId& instance) const;
  [[nodiscard]] std::filesystem::path console(const InstanceId& instance) const;

  /// The name under which a file is written before it is published.
  [[nodiscard]] static std::filesystem::path temporary(const std::filesystem::path& path);

  /// The number in the name of a system disk or seed, or of what lies beside one; 0: it is none.
  [[nodiscard]] static int generation_in(const std::filesystem::path& path);

  /// Whether `path` is the name of a system disk or seed of some instance.
  [[nodiscard]] bool is_replaceable_disk(const std::filesystem::path& path) const;

 private:
  std::filesystem::path root_;
};

}  // namespace imprint::store
