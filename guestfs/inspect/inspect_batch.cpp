#include "guestfs/inspect/inspect_batch.h"

#include "guestfs/guest/read_inventory.h"
#include "guestfs/inspect/check_containers.h"
#include "guestfs/inspect/inspect_guest.h"
#include "guestfs/inspect/packed_image.h"
#include "guestfs/inspect/report_image.h"
#include "guestfs/inspect/shared_machine.h"
#include "guestfs/inspect/stopwatch.h"

namespace imprint::inspect {
namespace {

Task task_for(const Task& common, const std::filesystem::path& image) {
  Task task;
  task.image = image;
  task.profiles = common.profiles;
  task.temp_folder = common.temp_folder;
  task.today = common.today;
  return task;
}

class Batch {
 public:
  explicit Batch(const Task& common) : common_{common} {}

  /// The report of the next image, if it counts.
  std::optional<ImageReport> inspect(const std::filesystem::path& image) {
    // Its content would stay in the worker's folder, and may be as large as that can hold.
    if (is_packed(image)) return std::nullopt;
    const Task task = task_for(common_, image);
    bool counts = true;
    ImageReport report = report_image(task, [&](Ledger& ledger, ImageReport& filled) {
      Stopwatch watch;
      const auto drives = check_containers(task, ledger, filled.container);
      filled.timings_ms.container = watch.lap();
      if (drives) counts = read_in_machine(task, *drives, ledger, filled);
    });
    if (!counts || !report.undetermined.empty()) return std::nullopt;
    return report;
  }

  /// Whether the machine may be given another image.
  [[nodiscard]] bool is_sound() const noexcept { return sound_; }

 private:
  bool read_in_machine(const Task& task, const std::vector<guest::ApplianceDrive>& drives,
                       Ledger& ledger, ImageReport& report) {
    const auto was_read = read(task, drives, ledger, report);
    sound_ = was_read && appliance_->take_drives_off();
    return sound_ && *was_read;
  }

  /// False: the image is to be read by a machine of its own.
  Result<bool> read(const Task& task, const std::vector<guest::ApplianceDrive>& drives,
                    Ledger& ledger, ImageReport& report) {
    Stopwatch watch;
    TRY(attach(drives));
    report.appliance = {ApplianceStart::restored};
    report.timings_ms.launch = watch.lap();
    guest::Inventory inventory = TRY(guest::read_disks(*appliance_));
    report.timings_ms.read = watch.lap();
    if (!may_share_machine(inventory)) return false;
    TRY(inspect_guest(*appliance_, std::move(inventory), task, ledger, report));
    return true;
  }

  Result<> attach(const std::vector<guest::ApplianceDrive>& drives) {
    if (appliance_) return appliance_->put_drives_on(drives);
    const guest::ApplianceSettings settings{common_.appliance, common_.temp_folder, common_.kvm};
    appliance_ = TRY(guest::Appliance::restore(settings, *common_.saved, drives));
    return {};
  }

  const Task& common_;
  std::optional<guest::Appliance> appliance_;
  bool sound_ = true;
};

}  // namespace

void inspect_batch(const Task& common, const std::vector<std::filesystem::path>& images,
                   const std::function<void(std::size_t, const ImageReport&)>& tell) {
  if (!common.saved) return;
  Batch batch{common};
  for (std::size_t i = 0; i < images.size() && batch.is_sound(); ++i)
    if (const auto report = batch.inspect(images[i])) tell(i, *report);
}

}  // namespace imprint::inspect
