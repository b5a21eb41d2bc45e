#include "plugins/libvirt/listing.h"

#include <array>
#include <span>

#include "plugins/libvirt/power_state.h"

namespace imprint::libvirt {
namespace {

/// The states of all machines of a connection; freed together.
class States {
 public:
  States() = default;
  States(const States&) = delete;
  States& operator=(const States&) = delete;
  ~States() { virDomainStatsRecordListFree(raw_); }

  Result<> read(Lease& lease) {
    const int count =
        virConnectGetAllDomainStats(lease.connection(), VIR_DOMAIN_STATS_STATE, &raw_, 0);
    if (count < 0) return lease.failed("the list of machines");
    count_ = static_cast<std::size_t>(count);
    return {};
  }
  [[nodiscard]] std::span<const virDomainStatsRecordPtr> all() const { return {raw_, count_}; }

 private:
  virDomainStatsRecordPtr* raw_ = nullptr;
  std::size_t count_ = 0;
};

Power power_in(const virDomainStatsRecord& record) {
  int state = VIR_DOMAIN_NOSTATE;
  int reason = 0;
  virTypedParamsGetInt(record.params, record.nparams, "state.state", &state);
  virTypedParamsGetInt(record.params, record.nparams, "state.reason", &reason);
  return power_of(state, reason);
}

bool can_be_passed_over(const Error& error) {
  return error.code == Errc::not_found || error.code == Errc::corrupt;
}

}  // namespace

Result<std::vector<Hypervisor::Listed>> list_machines(Lease& lease, Marks& marks) {
  States states;
  TRY(states.read(lease));
  std::vector<Hypervisor::Listed> ours;
  std::set<std::string> present;
  for (const virDomainStatsRecord* record : states.all()) {
    std::array<char, VIR_UUID_STRING_BUFLEN> text{};
    if (virDomainGetUUIDString(record->dom, text.data()) < 0)
      return lease.failed("a machine's UUID");
    const std::string uuid = text.data();
    present.insert(uuid);
    virDomainRef(record->dom);
    auto instance = marks.instance_of(lease, Domain{record->dom}, uuid);
    if (!instance && can_be_passed_over(instance.error())) continue;
    if (!instance) return std::move(instance).error();
    if (*instance) ours.push_back({uuid, **std::move(instance), power_in(*record).state});
  }
  marks.keep_only(present);
  return ours;
}

}  // namespace imprint::libvirt
