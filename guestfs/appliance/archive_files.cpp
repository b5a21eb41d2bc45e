#include "guestfs/appliance/archive_files.h"

#include <archive.h>
#include <archive_entry.h>

#include <fstream>

#include "agent/base/atomic_file.h"
#include "agent/base/owned.h"
#include "guestfs/appliance/root_tree.h"

namespace imprint::appliance {
namespace {

constexpr std::size_t block = std::size_t{64} << 10;
constexpr std::size_t largest_file = std::size_t{256} << 20;

void free_reader(archive* reader) {
  archive_read_free(reader);
}
void free_writer(archive* writer) {
  archive_write_free(writer);
}
using Reader = Owned<archive, free_reader>;
using Writer = Owned<archive, free_writer>;
using Entry = Owned<archive_entry, archive_entry_free>;

Error fault_of(archive* handle, const std::filesystem::path& path) {
  const char* reason = archive_error_string(handle);
  return make_error(Errc::corrupt, "'{}': {}", path.string(), reason != nullptr ? reason : "?");
}

Result<> copy_content(archive* reader, const std::filesystem::path& path,
                      const std::filesystem::path& target) {
  std::ofstream file{target, std::ios::binary};
  std::string buffer(block, '\0');
  for (;;) {
    const la_ssize_t count = archive_read_data(reader, buffer.data(), buffer.size());
    if (count < 0) return fault_of(reader, path);
    if (count == 0) break;
    file.write(buffer.data(), count);
  }
  if (!file.flush()) return make_error(Errc::exhausted, "'{}' cannot be written", target.string());
  return {};
}

Result<> write_entry(archive* writer, const TreeEntry& wanted,
                     const std::filesystem::path& target) {
  const Entry entry{archive_entry_new()};
  std::string content = wanted.content;
  archive_entry_set_pathname(entry.get(), wanted.path.c_str());
  archive_entry_set_mode(entry.get(), static_cast<__LA_MODE_T>(wanted.mode));
  switch (wanted.kind) {
    case TreeEntry::Kind::folder:
      archive_entry_set_filetype(entry.get(), AE_IFDIR);
      break;
    case TreeEntry::Kind::link:
      archive_entry_set_filetype(entry.get(), AE_IFLNK);
      archive_entry_set_symlink(entry.get(), wanted.target.c_str());
      break;
    case TreeEntry::Kind::file:
      archive_entry_set_filetype(entry.get(), AE_IFREG);
      if (!wanted.source.empty()) content = TRY(read_file(wanted.source, largest_file));
      break;
  }
  archive_entry_set_perm(entry.get(), static_cast<__LA_MODE_T>(wanted.mode));
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
  if (archive_write_header(writer, entry.get()) != ARCHIVE_OK) return fault_of(writer, target);
  if (!content.empty() && archive_write_data(writer, content.data(), content.size()) < 0)
    return fault_of(writer, target);
  return {};
}

}  // namespace

Result<> extract_file(const std::filesystem::path& path, const std::string& name,
                      const std::filesystem::path& target) {
  const Reader reader{archive_read_new()};
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_tar(reader.get());
  if (archive_read_open_filename(reader.get(), path.c_str(), block) != ARCHIVE_OK)
    return fault_of(reader.get(), path);
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
    const std::string found = archive_entry_pathname(entry);
    if (found == name || found == "./" + name) return copy_content(reader.get(), path, target);
  }
  if (status != ARCHIVE_EOF) return fault_of(reader.get(), path);
  return make_error(Errc::not_found, "'{}' holds no '{}'", path.string(), name);
}

Result<> write_initramfs(const std::vector<TreeEntry>& tree, const std::filesystem::path& target) {
  const Writer writer{archive_write_new()};
  archive_write_set_format_cpio_newc(writer.get());
  if (archive_write_open_filename(writer.get(), target.c_str()) != ARCHIVE_OK)
    return fault_of(writer.get(), target);
  for (const TreeEntry& entry : tree) TRY(write_entry(writer.get(), entry, target));
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return fault_of(writer.get(), target);
  return {};
}

}  // namespace imprint::appliance
