#include "plugins/libvirt/libvirt_hypervisor.h"

#include <algorithm>
#include <string_view>

#include "agent/base/log.h"
#include "plugins/libvirt/accelerate.h"
#include "plugins/libvirt/console.h"
#include "plugins/libvirt/error.h"
#include "plugins/libvirt/event_loop.h"
#include "plugins/libvirt/stopping.h"
#include "plugins/libvirt/swap.h"

namespace imprint::libvirt {

LibvirtHypervisor::LibvirtHypervisor(Settings settings)
    : settings_{std::move(settings)},
      accelerator_{std::async(std::launch::async,
                              [chosen = settings_] { return choose_accelerator(chosen); })
                       .share()},
      connections_{settings_.uri,
                   {[sink = events_](Session& session) { sink->register_with(session); },
                    [this] { tell_everything(); }}} {}

LibvirtHypervisor::~LibvirtHypervisor() {
  events_->listen({});
}

Result<std::unique_ptr<Hypervisor>> LibvirtHypervisor::create(const PluginSettings& settings) {
  Settings parsed = TRY(parse_settings(settings));
  TRY(ensure_event_loop());
  std::unique_ptr<LibvirtHypervisor> hypervisor{new LibvirtHypervisor{std::move(parsed)}};
  const std::optional<Error> failed = hypervisor->connections_.wait_for_first_try();
  if (failed && failed->code == Errc::invalid) return *failed;
  return std::unique_ptr<Hypervisor>{std::move(hypervisor)};
}

void LibvirtHypervisor::listen(Listener listener) {
  events_->listen(std::move(listener));
}

void LibvirtHypervisor::tell_everything() {
  const Result<std::vector<Listed>> machines = list();
  if (!machines) return;  // the link broke again, and its next repair comes here again
  for (const Listed& machine : *machines) events_->tell({machine.uuid, machine.power, "connected"});
}

}  // namespace imprint::libvirt
