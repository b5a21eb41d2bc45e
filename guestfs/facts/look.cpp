#include "guestfs/facts/look.h"

#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::GuestPath;

bool Look::is_there(std::string_view text) {
  const auto path = GuestPath::parse(text);
  if (!path) return false;
  const auto there = fs_.exists(*path);
  if (!there) note(text, there.error());
  return there && *there;
}

std::vector<guest::FolderEntry> Look::list(std::string_view folder) {
  const auto path = GuestPath::parse(folder);
  if (!path) return {};
  auto entries = fs_.list(*path);
  if (entries) return *std::move(entries);
  note(folder, entries.error());
  return {};
}

SourceFile Look::file(std::string_view path) {
  SourceFile file = read_source(fs_, path);
  if (file.is_unreadable()) unknown_.push_back(describe_state(file));
  return file;
}

void Look::note(std::string_view path, const Error& error) {
  if (!is_of_the_guest(error.code))
    unknown_.push_back(say("'{}' cannot be read: {}", path, error.message));
}

}  // namespace imprint::facts
