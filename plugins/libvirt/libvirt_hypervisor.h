#pragma once

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/accelerator.h"
#include "agent/ports/hypervisor.h"
#include "plugins/libvirt/connections.h"
#include "plugins/libvirt/domains.h"
#include "plugins/libvirt/events.h"
#include "plugins/libvirt/marks.h"
#include "plugins/libvirt/settings.h"

namespace imprint::libvirt {

/// The Hypervisor port over one libvirt daemon, or over a driver inside this process
/// (test:///default, qemu:///embed). A daemon that is away is waited for in the background;
/// machines run on without us.
class LibvirtHypervisor : public Hypervisor {
 public:
  /// Errc::invalid: a wrong setting, or a URI that no driver knows.
  static Result<std::unique_ptr<Hypervisor>> create(const PluginSettings& settings);
  ~LibvirtHypervisor() override;

  Result<HypervisorInfo> info() override;
  Result<> define(const Machine& machine) override;
  Result<> undefine(const std::string& uuid) override;
  Result<> start(const std::string& uuid) override;
  Result<StopOutcome> stop(const std::string& uuid, std::chrono::seconds grace) override;
  Result<> swap_system_disk(const Machine& machine, const std::string& expected_system) override;
  Result<MachineState> state(const std::string& uuid) override;
  Result<std::vector<Listed>> list() override;
  Result<std::string> console_tail(const std::string& uuid, std::size_t bytes) override;
  Result<> ping_agent(const std::string& uuid, std::chrono::seconds wait) override;
  void listen(Listener listener) override;

 private:
  explicit LibvirtHypervisor(Settings settings);

  Result<Platform> platform(Lease& lease);
  Result<> check_firmware(const Machine& machine) const;
  /// Success: there is none yet. Otherwise whether what is there is this very machine.
  Result<bool> is_defined(Lease& lease, const Machine& machine);
  void tell_everything();

  Settings settings_;
  std::shared_ptr<Marks> marks_ = std::make_shared<Marks>();
  std::shared_ptr<EventSink> events_ = std::make_shared<EventSink>(marks_);
  std::shared_future<Accelerator> accelerator_;
  Connections connections_;  ///< last: its thread uses the others
};

}  // namespace imprint::libvirt
