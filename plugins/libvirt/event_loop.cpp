#include "plugins/libvirt/event_loop.h"

#include <libvirt/libvirt.h>

#include <csignal>
#include <thread>

#include "plugins/libvirt/error.h"

namespace imprint::libvirt {
namespace {

void keep_quiet(void*, virErrorPtr) {}

void ignore_broken_pipes() {
  struct sigaction present {};
  if (::sigaction(SIGPIPE, nullptr, &present) == 0 && present.sa_handler == SIG_DFL)
    (void)std::signal(SIGPIPE, SIG_IGN);
}

void run_loop() {
  for (;;) virEventRunDefaultImpl();
}

Result<> start_event_loop() {
  ignore_broken_pipes();
  if (virInitialize() < 0) return last_error("cannot initialise libvirt");
  virSetErrorFunc(nullptr, keep_quiet);  // it would print every error to standard error
  if (virEventRegisterDefaultImpl() < 0) return last_error("cannot register libvirt's event loop");
  std::thread{run_loop}.detach();
  return {};
}

}  // namespace

Result<> ensure_event_loop() {
  static const Result<> started = start_event_loop();
  return started;
}

}  // namespace imprint::libvirt
