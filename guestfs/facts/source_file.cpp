#include "guestfs/facts/source_file.h"

#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

using guest::FileType;
using guest::FollowingFs;
using guest::GuestPath;

std::string describe_type(const std::string& path, FileType type) {
  switch (type) {
    case FileType::folder:
      return say("'{}' is a folder, not a file", path);
    case FileType::fifo:
      return say("'{}' is a FIFO, not a file", path);
    case FileType::socket:
      return say("'{}' is a socket, not a file", path);
    case FileType::character_device:
      return say("'{}' is a character device, not a file", path);
    case FileType::block_device:
      return say("'{}' is a block device, not a file", path);
    default:
      return say("'{}' is something else, not a file", path);
  }
}

void mark_unreadable(SourceFile& file, const Error& error) {
  file.state = SourceFile::State::unreadable;
  file.why = error.message;
}

/// Tells a link from what it leads to. False where the look-up itself broke down.
bool look_at_link(FollowingFs& fs, const GuestPath& path, SourceFile& file) {
  const auto folder = fs.resolve(path.parent());
  if (!folder) {
    if (is_of_the_guest(folder.error().code)) return true;
    mark_unreadable(file, folder.error());
    return false;
  }
  const GuestPath direct = *folder / path.name();
  const auto info = fs.raw().stat(direct);
  if (!info) {
    if (is_of_the_guest(info.error().code)) return true;
    mark_unreadable(file, info.error());
    return false;
  }
  if (info->type != FileType::link) return true;
  file.is_link = true;
  if (auto text = fs.raw().read_link(direct)) file.link_text = *std::move(text);
  return true;
}

void read_found(FollowingFs& fs, const GuestPath& path, SourceFile& file) {
  if (file.info.type != FileType::regular) {
    file.state = SourceFile::State::wrong_type;
    return;
  }
  auto text = fs.read_text(path);
  if (!text) return mark_unreadable(file, text.error());
  file.state = SourceFile::State::read;
  file.found = text->found.str();
  file.info = text->info;
  file.text = std::move(text->text);
  file.cut = text->cut;
}

}  // namespace

bool is_of_the_guest(Errc code) noexcept {
  return code == Errc::not_found || code == Errc::invalid;
}

SourceFile read_source(FollowingFs& fs, std::string_view path_text) {
  SourceFile file;
  file.path = path_text;
  const auto path = GuestPath::parse(path_text);
  if (!path) {
    mark_unreadable(file, path.error());
    return file;
  }
  if (!look_at_link(fs, *path, file)) return file;
  const auto info = fs.stat(*path);
  if (info) {
    file.info = *info;
    read_found(fs, *path, file);
  } else if (!is_of_the_guest(info.error().code)) {
    mark_unreadable(file, info.error());
  } else if (file.is_link) {
    file.state = SourceFile::State::dangling;
  }
  return file;
}

std::string describe_state(const SourceFile& file) {
  switch (file.state) {
    case SourceFile::State::absent:
      return say("'{}' is missing", file.path);
    case SourceFile::State::dangling:
      return say("'{}' is a link to '{}', which leads nowhere", file.path, file.link_text);
    case SourceFile::State::wrong_type:
      return describe_type(file.path, file.info.type);
    case SourceFile::State::unreadable:
      return say("'{}' cannot be read: {}", file.path, file.why);
    case SourceFile::State::read:
      break;
  }
  return file.info.size == 0 ? say("'{}' is empty", file.path) : say("'{}' is there", file.path);
}

}  // namespace imprint::facts
