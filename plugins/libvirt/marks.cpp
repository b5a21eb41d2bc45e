#include "plugins/libvirt/marks.h"

namespace imprint::libvirt {

void Marks::begin(bool told_of_changes) {
  auto known = known_.lock();
  known->told_of_changes = told_of_changes;
  ++known->changes;
  known->instances.clear();
}

void Marks::forget(const std::string& uuid) {
  auto known = known_.lock();
  ++known->changes;
  known->instances.erase(uuid);
}

void Marks::keep_only(const std::set<std::string>& uuids) {
  auto known = known_.lock();
  std::erase_if(known->instances, [&](const auto& one) { return !uuids.contains(one.first); });
}

Result<std::optional<std::string>> Marks::instance_of(Lease& lease, const Domain& domain,
                                                      const std::string& uuid) {
  std::int64_t before = 0;
  {
    auto known = known_.lock();
    if (const auto found = known->instances.find(uuid); found != known->instances.end())
      return found->second;
    before = known->changes;
  }
  const std::optional<Mark> mark = TRY(mark_of(lease, domain));
  auto instance = mark ? std::optional{mark->instance} : std::nullopt;
  auto known = known_.lock();
  if (known->told_of_changes && known->changes == before) known->instances[uuid] = instance;
  return instance;
}

}  // namespace imprint::libvirt
