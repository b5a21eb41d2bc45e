#pragma once
// The configuration of imprintd: packaging/imprint.toml.example says what each key means.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "agent/base/result.h"

namespace imprint::config {

struct Node {
  std::string name;  ///< empty: the host's name
  std::string region = "local";
};

struct Socket {
  std::filesystem::path path = "/run/imprint/imprint.sock";
  mode_t mode = 0660;
  std::string group;  ///< empty: the agent's own; its members are operators
};

/// Each entry: "uid:1000", "gid:27", "user:alice" or "group:ops".
struct Access {
  std::vector<std::string> viewers;
  std::vector<std::string> operators;
  std::vector<std::string> admins;
};

struct Hypervisor {
  std::string plugin = "libvirt";
  std::filesystem::path plugin_folder;  ///< empty: where the package puts them
  std::string uri = "qemu:///system";
  std::string accelerator = "auto";  ///< "auto", "kvm" or "tcg"
};

/// Bytes free on the file system of the state folder.
struct Space {
  std::uint64_t low = std::uint64_t{5} << 30;     ///< less is told of
  std::uint64_t full = std::uint64_t{256} << 20;  ///< no job may use these last ones
};

/// What is kept at least of ended jobs: the newest ones, and each for some time.
struct Journal {
  int keep_jobs = 10'000;
  std::chrono::seconds keep_time{30 * 24 * 3600};
};

struct Images {
  std::string profile = "generic";
};

struct Worker {
  std::filesystem::path program;  ///< empty: where the package puts it
  std::chrono::seconds time_limit{300};
};

struct Config {
  std::filesystem::path state_folder = "/var/lib/imprint";
  std::filesystem::path cache_folder = "/var/cache/imprint";
  std::string log_level = "info";  ///< "debug", "info", "warning" or "error"
  int job_threads = 4;
  std::chrono::seconds retention{24 * 3600};  ///< of the old system disk after a reimage
  Node node;
  Socket socket;
  Access access;
  Hypervisor hypervisor;
  Space space;
  Journal journal;
  Images images;
  Worker worker;
};

/// Reads a TOML text. `name` stands for it in messages. Errc::invalid, naming key and line, for bad
/// syntax, an unknown key, a wrong type or a value out of range.
Result<Config> parse_config(std::string_view text, const std::string& name);

/// Reads a file. Errc::not_found, denied or invalid, naming the path.
Result<Config> load_config(const std::filesystem::path& path);

}  // namespace imprint::config
