#include "guestfs/guest/guest_writer.h"

#include <guestfs.h>

#include <cerrno>

#include "guestfs/language/say.h"

namespace imprint::guest {
namespace {

using Xattrs = Owned<guestfs_xattr_list, guestfs_free_xattr_list>;

/// Of the letters that lsattr(1) prints, those that keep a file from being changed.
std::string freezing_letters(const std::string& letters) {
  std::string freezing;
  for (const char letter : letters)
    if (letter == 'i' || letter == 'a') freezing += letter;
  return freezing;
}

Error not_as_planned(const GuestPath& path) {
  return make_error(Errc::conflict, "{}", say("'{}' is not as it was planned", path.str()));
}

}  // namespace

/// A file as it was before it is changed.
struct GuestWriter::Target {
  GuestPath path;
  std::string shown;  ///< the appliance's name of it
  FileInfo info;
  std::uint64_t names = 1;
  std::string freezing;  ///< the letters that keep it from being changed
};

namespace {

class Attributes {
 public:
  Attributes(Appliance& appliance, const GuestPath& path, const std::string& shown,
             const std::string& letters)
      : appliance_{appliance}, path_{path}, shown_{shown}, letters_{letters} {}

  Result<> take_off() { return set(1); }
  Result<> put_back() { return set(0); }

 private:
  Result<> set(int clear) {
    if (letters_.empty()) return {};
    if (guestfs_set_e2attrs(appliance_.handle(), shown_.c_str(), letters_.c_str(),
                            GUESTFS_SET_E2ATTRS_CLEAR, clear, -1) != 0)
      return appliance_.last_error(path_.str());
    return {};
  }

  Appliance& appliance_;
  const GuestPath& path_;
  const std::string& shown_;
  const std::string& letters_;
};

/// The kernel takes capabilities off a file that is written to. They are kept meanwhile by an empty
/// file of the appliance's own, for libguestfs takes no value with a NUL from here.
class KeptXattrs {
 public:
  KeptXattrs(Appliance& appliance, const GuestPath& path, const std::string& shown)
      : appliance_{appliance}, path_{path}, shown_{shown} {}

  Result<> keep() {
    const Xattrs list{guestfs_lgetxattrs(appliance_.handle(), shown_.c_str())};
    if (!list && appliance_.last_errno() != ENOTSUP) return appliance_.last_error(path_.str());
    if (!list || list->len == 0) return {};
    kept_ = true;
    if (guestfs_write(appliance_.handle(), keeper, "", 0) != 0)
      return appliance_.last_error(path_.str());
    return copy(shown_.c_str(), keeper);
  }

  Result<> put_back() {
    if (!kept_) return {};
    TRY(copy(keeper, shown_.c_str()));
    if (guestfs_rm(appliance_.handle(), keeper) != 0) return appliance_.last_error(path_.str());
    return {};
  }

 private:
  static constexpr const char* keeper = "/kept-attributes";

  Result<> copy(const char* from, const char* to) {
    if (guestfs_copy_attributes(appliance_.handle(), from, to, GUESTFS_COPY_ATTRIBUTES_XATTRIBUTES,
                                1, -1) != 0)
      return appliance_.last_error(path_.str());
    return {};
  }

  Appliance& appliance_;
  const GuestPath& path_;
  const std::string& shown_;
  bool kept_ = false;
};

}  // namespace

Result<GuestWriter::Target> GuestWriter::regular_file(const GuestPath& path) {
  LibguestfsFs fs{appliance_, shown_};  // a new one: it remembers what it has seen
  Target target{path, fs.shown_path(path), TRY(fs.stat(path)), TRY(fs.count_names(path)), {}};
  if (target.info.type != FileType::regular)
    return make_error(Errc::invalid, "{}", say("'{}' is not a regular file", path.str()));
  target.freezing = freezing_letters(TRY(fs.attributes(path)).value_or(""));
  return target;
}

Result<> GuestWriter::replace_content(const Target& target, std::string_view content) {
  guestfs_h* handle = appliance_.handle();
  if (target.names > 1) return not_as_planned(target.path);
  KeptXattrs xattrs{appliance_, target.path, target.shown};
  TRY(xattrs.keep());
  Attributes attributes{appliance_, target.path, target.shown, target.freezing};
  TRY(attributes.take_off());
  // It writes into the file that is there, so that everything else about it stays.
  if (guestfs_write(handle, target.shown.c_str(), content.data(), content.size()) != 0)
    return appliance_.last_error(target.path.str());
  if (guestfs_chmod(handle, static_cast<int>(target.info.mode), target.shown.c_str()) != 0)
    return appliance_.last_error(target.path.str());
  TRY(xattrs.put_back());
  return attributes.put_back();
}

Result<> GuestWriter::rewrite(const GuestPath& path, std::string_view before,
                              std::string_view after) {
  const Target target = TRY(regular_file(path));
  LibguestfsFs fs{appliance_, shown_};
  if (target.info.size != before.size() || TRY(fs.read(path, before.size())) != before)
    return not_as_planned(path);
  return replace_content(target, after);
}

Result<> GuestWriter::empty(const GuestPath& path) {
  return replace_content(TRY(regular_file(path)), "");  // libguestfs takes no null
}

Result<> GuestWriter::remove(const GuestPath& path) {
  LibguestfsFs fs{appliance_, shown_};
  const FileInfo info = TRY(fs.stat(path));
  if (info.type == FileType::folder)
    return make_error(Errc::invalid, "{}", say("'{}' is a folder", path.str()));
  if (info.type == FileType::regular) TRY(unfreeze(path));
  if (guestfs_rm(appliance_.handle(), fs.shown_path(path).c_str()) != 0)
    return appliance_.last_error(path.str());
  return {};
}

Result<> GuestWriter::remove_tree(const GuestPath& path) {
  LibguestfsFs fs{appliance_, shown_};
  const FileInfo info = TRY(fs.stat(path));
  if (info.type != FileType::folder) return remove(path);
  // rm(1) removes links and leaves alone what they lead to; nothing is mounted below any folder.
  if (guestfs_rm_rf(appliance_.handle(), fs.shown_path(path).c_str()) != 0)
    return appliance_.last_error(path.str());
  return {};
}

Result<> GuestWriter::create(const GuestPath& path) {
  LibguestfsFs fs{appliance_, shown_};
  const auto there = fs.stat(path);
  if (there) return not_as_planned(path);
  if (there.error().code != Errc::not_found || TRY(fs.stat(path.parent())).type != FileType::folder)
    return there.error();
  const std::string shown = fs.shown_path(path);
  guestfs_h* handle = appliance_.handle();
  if (guestfs_write(handle, shown.c_str(), "", 0) != 0 ||
      guestfs_chmod(handle, 0644, shown.c_str()) != 0)
    return appliance_.last_error(path.str());
  return {};
}

Result<> GuestWriter::unfreeze(const GuestPath& path) {
  LibguestfsFs fs{appliance_, shown_};
  const FileInfo info = TRY(fs.stat(path));
  if (info.type != FileType::regular && info.type != FileType::folder)
    return make_error(Errc::invalid, "{}", say("'{}' is not a regular file", path.str()));
  const std::string letters = freezing_letters(TRY(fs.attributes(path)).value_or(""));
  const std::string shown = fs.shown_path(path);
  return Attributes{appliance_, path, shown, letters}.take_off();
}

}  // namespace imprint::guest
