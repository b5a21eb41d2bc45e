#include "guestfs/appliance/save_machine.h"

#include <atomic>
#include <future>

#include "agent/base/atomic_file.h"
#include "agent/base/command.h"
#include "guestfs/appliance/handshake.h"
#include "guestfs/appliance/machine.h"
#include "guestfs/appliance/qmp.h"
#include "guestfs/appliance/state_file.h"

namespace imprint::appliance {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes patience{5};
constexpr std::size_t largest_state = std::size_t{64} << 20;

std::string kernel_parameters(const std::string& key) {
  // The machine reads one image for one owner and ends, so there is nobody in it to protect from
  // anybody else: the CPU's faults are not worked around, and memory is not cleared before it is
  // used. Nor is the clock's tick worth stopping whenever the machine waits for a question, which
  // is all the time.
  return "rdinit=/init console=ttyS0 panic=1 mitigations=off init_on_alloc=0 nohz=off highres=off "
         "nokaslr tsc=reliable no_timer_check 8250.nr_uarts=1 cgroup_disable=memory usbcore.nousb "
         "cryptomgr.notests edd=off selinux=0 quiet imprint_key=" +
         key;
}

class Saving {
 public:
  explicit Saving(const MachineToSave& wanted)
      : wanted_{wanted}, memory_{wanted.work_folder / "memory"} {}

  Result<> run(const fs::path& target) {
    const Listener channel = TRY(listen("channel"));
    const Listener control = TRY(listen("control"));
    const Listener monitor = TRY(listen("monitor"));
    const Listener state = TRY(listen("state"));
    auto qemu = std::async(std::launch::async, [this] { return run_command(command()); });
    auto saved = save(channel, control, monitor, state);
    if (!saved) stop_ = true;
    const auto ended = qemu.get();
    if (!saved) return explain(saved.error(), ended);
    return write_state(target, wanted_.key, *saved, memory_);
  }

 private:
  [[nodiscard]] Result<Listener> listen(const char* name) const {
    return Listener::listen(wanted_.work_folder / name);
  }

  Command command() {
    Machine machine;
    machine.kvm = wanted_.kvm;
    machine.kernel = wanted_.kernel;
    machine.memory_path = memory_.string();
    machine.shares_memory = true;
    machine.channel = wanted_.work_folder / "channel";
    machine.control = wanted_.work_folder / "control";
    machine.monitor = wanted_.work_folder / "monitor";
    machine.console = "file:" + console().string();
    machine.extra = {"-initrd", wanted_.initramfs.string(), "-append",
                     kernel_parameters(wanted_.key)};
    Command command;
    command.arguments = machine_arguments(machine);
    command.arguments.insert(command.arguments.begin(), qemu_program);
    command.time_limit = patience;
    command.cancelled = [this] { return stop_.load(); };
    return command;
  }

  Result<std::string> save(const Listener& channel, const Listener& control,
                           const Listener& monitor, const Listener& state) const {
    const Deadline deadline = std::chrono::steady_clock::now() + patience;
    Monitor qemu = TRY(Monitor::greet(TRY(monitor.accept(deadline)), deadline));
    const Fd open_channel = TRY(channel.accept(deadline));
    Handshake handshake{TRY(control.accept(deadline)), wanted_.key};
    TRY(handshake.await_ready(deadline));
    TRY(qemu.leave_out_shared_memory());
    auto devices = std::async(std::launch::async, [&]() -> Result<std::string> {
      return read_to_end(TRY(state.accept(deadline)), largest_state, deadline);
    });
    TRY(qemu.save_to(wanted_.work_folder / "state"));
    TRY(qemu.quit());
    return devices.get();
  }

  [[nodiscard]] fs::path console() const { return wanted_.work_folder / "console"; }

  [[nodiscard]] Error explain(const Error& error, const Result<CommandOutput>& ended) const {
    const std::string spoken = ended ? ended->err : std::string{};
    const auto log = read_file(console());
    std::string tail = log ? *log : std::string{};
    constexpr std::size_t shown = 400;
    if (tail.size() > shown) tail.erase(0, tail.size() - shown);
    return make_error(Errc::unavailable,
                      "the appliance's state cannot be made: {}; {}; the console says: {}",
                      error.message, spoken.substr(0, spoken.find('\n')), tail);
  }

  const MachineToSave& wanted_;
  fs::path memory_;
  std::atomic<bool> stop_{false};
};

}  // namespace

Result<> save_machine(const MachineToSave& wanted, const fs::path& target) {
  return Saving{wanted}.run(target);
}

}  // namespace imprint::appliance
