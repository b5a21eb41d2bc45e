#include "agent/store/paths.h"

#include <algorithm>
#include <charconv>

namespace imprint::store {
namespace {

/// What stands before and after the number.
struct Numbered {
  std::string_view start;
  std::string_view end;
};
constexpr Numbered system_name{"system-", ".qcow2"};
constexpr Numbered seed_name{"seed-", ".iso"};

bool is_numbered(std::string_view name, const Numbered& numbered) {
  const auto& [start, end] = numbered;
  if (!name.starts_with(start) || !name.ends_with(end)) return false;
  if (name.size() <= start.size() + end.size()) return false;
  const auto number = name.substr(start.size(), name.size() - start.size() - end.size());
  return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::filesystem::path with_suffix(const std::filesystem::path& path, const char* suffix) {
  std::filesystem::path result = path;
  result += suffix;
  return result;
}

}  // namespace

StatePaths::StatePaths(const std::filesystem::path& root)
    : root_{std::filesystem::absolute(root).lexically_normal()} {
  if (!root_.has_filename()) root_ = root_.parent_path();  // "/var/lib/imprint/"
}

std::filesystem::path StatePaths::store() const {
  return root_ / "state.db";
}
std::filesystem::path StatePaths::journal() const {
  return root_ / "journal.db";
}
std::filesystem::path StatePaths::lock() const {
  return root_ / "lock";
}

std::filesystem::path StatePaths::ballast_beside(const std::filesystem::path& database) {
  return database.parent_path() / "ballast";
}

std::filesystem::path StatePaths::images() const {
  return root_ / "images";
}
std::filesystem::path StatePaths::image(const Sha256& digest) const {
  return images() / fmt::format("sha256-{}.qcow2", digest.hex());
}

std::filesystem::path StatePaths::incoming() const {
  return root_ / "incoming";
}
std::filesystem::path StatePaths::incoming(const JobId& job) const {
  return incoming() / (job.str() + ".part");
}
std::filesystem::path StatePaths::unpacked(const JobId& job) const {
  return incoming() / (job.str() + ".unpacked");
}
std::filesystem::path StatePaths::converted(const std::filesystem::path& incoming) {
  return with_suffix(incoming, ".qcow2");
}
std::filesystem::path StatePaths::adopted(const std::filesystem::path& incoming) {
  return with_suffix(incoming, ".adopted");
}

std::filesystem::path StatePaths::instances() const {
  return root_ / "instances";
}
std::filesystem::path StatePaths::instance(const InstanceId& instance) const {
  return instances() / instance.str();
}
std::filesystem::path StatePaths::system_disk(const InstanceId& id, int generation) const {
  return instance(id) / fmt::format("{}{}{}", system_name.start, generation, system_name.end);
}
std::filesystem::path StatePaths::data_disk(const InstanceId& id, int index) const {
  return instance(id) / fmt::format("data-{}.qcow2", index);
}
std::filesystem::path StatePaths::seed(const InstanceId& id, int generation) const {
  return instance(id) / fmt::format("{}{}{}", seed_name.start, generation, seed_name.end);
}
std::filesystem::path StatePaths::secrets(const InstanceId& id) const {
  return instance(id) / "secrets.json";
}
std::filesystem::path StatePaths::console(const InstanceId& id) const {
  return instance(id) / "console.log";
}

std::filesystem::path StatePaths::temporary(const std::filesystem::path& path) {
  return with_suffix(path, ".tmp");
}

int StatePaths::generation_in(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  for (const auto& [start, end] : {system_name, seed_name}) {
    if (!name.starts_with(start)) continue;
    int number = 0;
    const char* last = name.data() + name.size();
    const auto [rest, fault] = std::from_chars(name.data() + start.size(), last, number);
    if (fault == std::errc{} && std::string_view{rest, last}.starts_with(end)) return number;
  }
  return 0;
}

bool StatePaths::is_replaceable_disk(const std::filesystem::path& path) const {
  const auto folder = path.parent_path();
  if (folder.parent_path() != instances() || !InstanceId::parse(folder.filename().string()))
    return false;
  const std::string name = path.filename().string();
  return is_numbered(name, system_name) || is_numbered(name, seed_name);
}

}  // namespace imprint::store
