#include "agent/policy/reimage.h"

#include <algorithm>

#include "agent/model/quantity.h"

namespace imprint::policy {
namespace {

std::string text_of(const Disk& disk) {
  return fmt::format("disk '{}' ({})", disk.serial, format_size(disk.size));
}

bool same_disk(const Disk& left, const Disk& right) {
  return left.path == right.path && left.serial == right.serial && left.format == right.format &&
         left.role == right.role && left.size == right.size && left.base_path == right.base_path;
}

}  // namespace

Result<> require_acceptance(const Instance& instance, bool accept_data_loss) {
  if (accept_data_loss) return {};
  return make_error(
      Errc::invalid,
      "everything on system {} of instance '{}' would be lost; ask again with accept_data_loss",
      text_of(instance.system.disk), instance.name);
}

std::vector<std::string> lost_by_reimage(const Instance& instance) {
  std::vector<std::string> lost{fmt::format("everything on system {}, made of image '{}'",
                                            text_of(instance.system.disk),
                                            instance.system.image_name)};
  if (instance.retained)
    lost.push_back(fmt::format("the system kept from the reimage before, {}, made of image '{}'",
                               text_of(instance.retained->system.disk),
                               instance.retained->system.image_name));
  return lost;
}

std::vector<std::string> kept_by_reimage(const Instance& instance, const std::string& until) {
  std::vector<std::string> kept;
  for (const Disk& disk : instance.data_disks) kept.push_back("data " + text_of(disk));
  kept.push_back("name, addresses, keys and size of the machine");
  if (!until.empty())
    kept.push_back(
        fmt::format("old system {} until {}, for revert", text_of(instance.system.disk), until));
  return kept;
}

Result<> refuse_data_disk(const Disk& disk, const std::vector<Disk>& data_disks) {
  const bool listed = std::ranges::any_of(data_disks, [&](const Disk& data) {
    return data.path == disk.path || (!disk.serial.empty() && data.serial == disk.serial);
  });
  if (disk.role != DiskRole::data && !listed) return {};
  return make_error(Errc::denied, "'{}' is a data disk, which is never written or removed here",
                    disk.path);
}

Result<> require_same_data_disks(const Instance& before, const Instance& after) {
  if (std::ranges::equal(before.data_disks, after.data_disks, same_disk)) return {};
  return make_error(Errc::internal, "instance '{}': its data disks would change", before.id.str());
}

}  // namespace imprint::policy
