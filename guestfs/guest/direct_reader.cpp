#include "guestfs/guest/direct_reader.h"

#include <libnbd.h>

#include <algorithm>

namespace imprint::guest {
namespace {

constexpr std::chrono::seconds patience{20};
constexpr std::uint64_t largest_request = std::uint64_t{16} << 20;  // NBD's servers take 32 MiB

bool append(nbd_handle* disk, std::uint64_t offset, std::uint64_t size, std::string& content) {
  while (size > 0) {
    const auto count = static_cast<std::size_t>(std::min(size, largest_request));
    const std::size_t before = content.size();
    content.resize(before + count);
    if (nbd_pread(disk, content.data() + before, count, offset, 0) != 0) return false;
    offset += count;
    size -= count;
  }
  return true;
}

}  // namespace

const std::optional<appliance::FileExtents>& DirectReader::place_of(const std::string& path) {
  if (last_ && last_->path == path) return last_->place;
  auto place = control_.extents(path, std::chrono::steady_clock::now() + patience);
  last_ = {path, place ? *std::move(place) : std::nullopt};
  return last_->place;
}

nbd_handle* DirectReader::connect(unsigned disk) {
  if (const auto known = connections_.find(disk); known != connections_.end())
    return known->second.get();
  if (disk >= disks_.size()) return nullptr;
  if (!shown_) {
    monitor_.allow_until(std::chrono::steady_clock::now() + patience);
    if (!monitor_.show_disks(socket_, disks_)) return nullptr;
    shown_ = true;
  }
  Connection connection{nbd_create()};
  const std::string name = appliance::drive_name(disks_[disk]);
  if (!connection || nbd_set_export_name(connection.get(), name.c_str()) != 0 ||
      nbd_connect_unix(connection.get(), socket_.c_str()) != 0)
    return nullptr;
  return connections_.emplace(disk, std::move(connection)).first->second.get();
}

std::optional<std::string> DirectReader::read(const std::string& path, std::uint64_t offset,
                                              std::size_t size) {
  const auto& place = place_of(path);
  nbd_handle* disk = place ? connect(place->disk) : nullptr;
  if (disk == nullptr) return std::nullopt;
  std::string content;
  content.reserve(size);
  const std::uint64_t end = offset + size;
  for (const auto& [logical, physical, length] : place->extents) {
    const std::uint64_t from = std::max(offset, logical);
    const std::uint64_t to = std::min(end, logical + length);
    if (from < to && !append(disk, physical + (from - logical), to - from, content))
      return std::nullopt;
  }
  if (content.size() != size) return std::nullopt;
  return content;
}

Result<> DirectReader::let_go() {
  connections_.clear();
  last_.reset();
  if (!std::exchange(shown_, false)) return {};
  return monitor_.hide_disks();
}

}  // namespace imprint::guest
