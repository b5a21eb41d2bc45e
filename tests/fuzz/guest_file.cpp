// Any bytes in any file of a healthy guest: everything that is read of it, and every rule. The
// first two bytes choose guest and file, the next one what the file becomes.

#include "guestfs/rules/engine.h"
#include "tests/fuzz/input.h"
#include "tests/guests/library/guests.h"

using namespace imprint;

namespace {

struct Prepared {
  guests::Guest guest;
  std::vector<std::string> files;
};

void collect(guest::GuestFs& fs, const guest::GuestPath& folder, std::vector<std::string>& files) {
  const auto entries = fs.list(folder);
  if (!entries) return;
  for (const guest::FolderEntry& entry : *entries) {
    const guest::GuestPath path = folder / entry.name;
    if (entry.type == guest::FileType::folder) collect(fs, path, files);
    if (entry.type == guest::FileType::regular) files.push_back(path.str());
  }
}

std::vector<Prepared> prepare() {
  std::vector<Prepared> all;
  for (const guests::NamedGuest& named : guests::healthy_guests()) {
    Prepared prepared{named.make(), {}};
    collect(prepared.guest.fs, {}, prepared.files);
    all.push_back(std::move(prepared));
  }
  return all;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Prepared> prepared = prepare();
  std::string_view text = fuzz::text_of(data, size);
  const Prepared& chosen = prepared[fuzz::choice_of(text) % prepared.size()];
  const std::size_t high = fuzz::choice_of(text);
  const std::size_t low = fuzz::choice_of(text);
  const std::string& path = chosen.files[(high * 256 + low) % chosen.files.size()];
  guests::Guest guest = chosen.guest;
  switch (fuzz::choice_of(text) % 8) {
    case 0:
      guest.fs.remove(path).link(path, std::string{text});
      break;
    case 1:
      guest.fs.remove(path).folder(path + "/" + std::string{text});
      break;
    case 2:
      guest.fs.remove(path).special(path, guest::FileType::fifo);
      break;
    case 3:
      guest.fs.file(path, std::string{text}).claimed_size(path, ~std::uint64_t{0});
      break;
    default:
      guest.fs.file(path, std::string{text});
      break;
  }
  const rules::Judgement judgement = guest.judge();
  for (const Finding& finding : judgement.findings)
    fuzz::require(!finding.message.empty(), "each finding says something");
  return 0;
}
