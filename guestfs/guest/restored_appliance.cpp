#include "guestfs/guest/restored_appliance.h"

#include <guestfs.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <future>
#include <numeric>

#include "guestfs/appliance/handshake.h"
#include "guestfs/appliance/machine.h"
#include "guestfs/appliance/qmp.h"
#include "guestfs/guest/configure.h"
#include "guestfs/guest/direct_reader.h"

namespace imprint::guest {
namespace {

namespace fs = std::filesystem;
using appliance::Deadline;
using appliance::Listener;

/// A restored machine answers at once; one that does not within this time is given up for a boot.
constexpr std::chrono::seconds patience{20};
constexpr std::chrono::seconds assembly_patience{60};
constexpr std::size_t placeholder_size = 512;

struct Restored {
  appliance::Handshake control;
  appliance::Monitor monitor;
  std::vector<appliance::BlockDevice> devices;
};

void add_disk(std::vector<std::string>& arguments, const appliance::MachineDisk& disk) {
  arguments.insert(arguments.end(), {"-drive", appliance::drive_argument(disk), "-device",
                                     appliance::device_argument(disk)});
}

/// What has to happen beside guestfs_launch(), which waits for the restored machine to speak.
class Restorer {
 public:
  Restorer(const SavedMachine& saved, const ApplianceSettings& settings,
           const std::vector<ApplianceDrive>& drives)
      : saved_{saved}, settings_{settings}, drives_{drives} {}

  Result<> listen() {
    for (const char* name : {appliance::machine_socket, "monitor", "control"})
      listeners_.push_back(TRY(Listener::listen(settings_.temp_folder / name)));
    return {};
  }

  Result<Restored> run() {
    const Deadline deadline = std::chrono::steady_clock::now() + patience;
    const Fd qemu = TRY(listeners_[0].accept(deadline));
    TRY(tell(qemu));
    auto monitor =
        TRY(appliance::Monitor::greet(TRY(listeners_[1].accept(deadline, &qemu)), deadline));
    auto restored = restore(monitor, qemu, deadline);
    // Otherwise libguestfs would wait for it for ever.
    if (!restored) static_cast<void>(monitor.quit());
    return restored;
  }

 private:
  Result<> tell(const Fd& qemu) const {
    appliance::Machine machine;
    machine.kvm = settings_.kvm;
    machine.kernel = settings_.folder / "kernel";
    machine.memory_path = appliance::restored_memory_path;
    machine.channel = appliance::channel_placeholder;
    machine.monitor = settings_.temp_folder / "monitor";
    machine.control = settings_.temp_folder / "control";
    machine.extra = {"-incoming", "defer"};
    for (std::size_t i = 0; i < drives_.size(); ++i)
      add_disk(machine.extra, {i, i, drives_[i].path, drives_[i].format});
    std::string text;
    for (const std::string& argument : appliance::machine_arguments(machine))
      text.append(argument).push_back('\0');
    TRY(appliance::send_with_descriptor(qemu, text, saved_.memory.get()));
    return appliance::finish_writing(qemu);
  }

  Result<Restored> restore(appliance::Monitor& monitor, const Fd& qemu, Deadline deadline) const {
    const fs::path socket = settings_.temp_folder / "incoming";
    TRY(monitor.leave_out_shared_memory());
    TRY(monitor.restore_from(socket));
    {
      const Fd stream = TRY(appliance::connect_to(socket, deadline));
      TRY(appliance::write_all(stream, TRY(saved_devices())));
    }
    appliance::Handshake handshake{TRY(listeners_[2].accept(deadline, &qemu)), saved_.key};
    auto devices = TRY(handshake.send_disks(drives_.size(), deadline));
    return Restored{std::move(handshake), std::move(monitor), std::move(devices)};
  }

  [[nodiscard]] Result<std::string> saved_devices() const {
    struct stat info {};
    if (::fstat(saved_.devices.get(), &info) != 0) return system_error(errno, "state");
    std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
    if (::pread(saved_.devices.get(), bytes.data(), bytes.size(), 0) !=
        static_cast<ssize_t>(bytes.size()))
      return make_error(Errc::corrupt, "the devices' state cannot be read");
    return bytes;
  }

  const SavedMachine& saved_;
  const ApplianceSettings& settings_;
  const std::vector<ApplianceDrive>& drives_;
  std::vector<Listener> listeners_;
};

/// libguestfs looks for what it learned in a folder of its own, which must be this user's.
void lay_out_features(const fs::path& features, const fs::path& temp_folder) {
  const fs::path target = temp_folder / fmt::format(".guestfs-{}", ::geteuid());
  std::error_code ignored;
  fs::create_directory(target, ignored);
  fs::permissions(target, fs::perms::owner_all, ignored);
  for (const auto& file : fs::recursive_directory_iterator{features, ignored})
    if (file.is_regular_file(ignored))
      fs::copy_file(file, target / file.path().filename(), ignored);
}

/// libguestfs starts no machine without a disk; ours are given to QEMU by the wrapper.
bool add_placeholder(guestfs_h* handle, const fs::path& folder) {
  const fs::path file = folder / "placeholder";
  std::ofstream{file} << std::string(placeholder_size, '\0');
  return guestfs_add_drive_opts(handle, file.c_str(), GUESTFS_ADD_DRIVE_OPTS_FORMAT, "raw", -1) ==
         0;
}

}  // namespace

Result<Appliance> Appliance::restore(const ApplianceSettings& settings, const SavedMachine& saved,
                                     const std::vector<ApplianceDrive>& drives) {
  Appliance appliance{guestfs_create_flags(GUESTFS_CREATE_NO_ENVIRONMENT)};
  guestfs_h* handle = appliance.handle();
  if (handle == nullptr) return make_error(Errc::exhausted, "no libguestfs handle");
  guestfs_set_error_handler(handle, nullptr, nullptr);
  lay_out_features(saved.features, settings.temp_folder);
  if (!configure(handle, settings) || guestfs_set_hv(handle, saved.wrapper.c_str()) != 0 ||
      guestfs_set_autosync(handle, 0) != 0 || !add_placeholder(handle, settings.temp_folder))
    return make_error(Errc::unavailable, "{}", guestfs_last_error(handle));
  Restorer restorer{saved, settings, drives};
  TRY(restorer.listen());
  auto control = std::async(std::launch::async, [&] { return restorer.run(); });
  const bool launched = guestfs_launch(handle) == 0;
  // A restorer that still waits for QEMU meets this connection, and its end.
  if (!launched)
    static_cast<void>(appliance::connect_to(settings.temp_folder / appliance::machine_socket,
                                            std::chrono::steady_clock::now()));
  auto shaken = control.get();
  if (!shaken) return shaken.error();
  if (!launched) return make_error(Errc::unavailable, "{}", guestfs_last_error(handle));
  appliance.control_ = std::make_unique<appliance::Handshake>(std::move(shaken->control));
  appliance.monitor_ = std::make_unique<appliance::Monitor>(std::move(shaken->monitor));
  appliance.direct_ = std::make_unique<DirectReader>(*appliance.control_, *appliance.monitor_,
                                                     settings.temp_folder);
  appliance.next_drive_ = drives.size();
  appliance.know(shaken->devices);
  return appliance;
}

void Appliance::know(const std::vector<appliance::BlockDevice>& devices) {
  disks_.clear();
  partitions_.clear();
  for (const appliance::BlockDevice& each : devices)
    (each.partition == 0 ? disks_ : partitions_).push_back({"/dev/" + each.name, each.size});
  std::vector<std::size_t> numbers(disks_.size());
  std::iota(numbers.begin(), numbers.end(), next_drive_ - disks_.size());
  direct_->know(std::move(numbers));
}

Result<> Appliance::take_drives_off() {
  const Deadline deadline = std::chrono::steady_clock::now() + patience;
  if (!control_) return make_error(Errc::invalid, "a booted appliance keeps its drives");
  TRY(control_->leave_disks(deadline));
  monitor_->allow_until(deadline);
  TRY(direct_->let_go());
  for (std::size_t i = next_drive_ - disks_.size(); i < next_drive_; ++i) TRY(monitor_->unplug(i));
  know({});
  return {};
}

Result<> Appliance::put_drives_on(const std::vector<ApplianceDrive>& drives) {
  const Deadline deadline = std::chrono::steady_clock::now() + patience;
  if (!control_) return make_error(Errc::invalid, "a booted appliance keeps its drives");
  monitor_->allow_until(deadline);
  for (std::size_t target = 0; target < drives.size(); ++target)
    TRY(monitor_->plug({next_drive_++, target, drives[target].path, drives[target].format}));
  know(TRY(control_->send_disks(drives.size(), deadline)));
  return {};
}

Result<> Appliance::assemble() {
  if (!control_) return {};  // a booted one has done so
  return control_->assemble(std::chrono::steady_clock::now() + assembly_patience);
}

Result<> learn_features(const fs::path& folder, const fs::path& appliance,
                        const fs::path& wrapper) {
  const Owned<guestfs_h, guestfs_close> handle{guestfs_create_flags(GUESTFS_CREATE_NO_ENVIRONMENT)};
  if (!handle) return make_error(Errc::exhausted, "no libguestfs handle");
  guestfs_set_error_handler(handle.get(), nullptr, nullptr);
  if (!configure(handle.get(), {appliance, folder, false}) ||
      guestfs_set_hv(handle.get(), wrapper.c_str()) != 0 || !add_placeholder(handle.get(), folder))
    return make_error(Errc::unavailable, "{}", guestfs_last_error(handle.get()));
  // It asks QEMU first and then tries to start a machine, which the wrapper refuses: nobody tells
  // it which.
  static_cast<void>(guestfs_launch(handle.get()));
  std::error_code failed;
  for (const auto& entry : fs::recursive_directory_iterator{folder, failed})
    if (entry.path().extension() == ".stat") return {};
  return make_error(Errc::unavailable, "libguestfs keeps nothing of what it learned of QEMU");
}

}  // namespace imprint::guest
