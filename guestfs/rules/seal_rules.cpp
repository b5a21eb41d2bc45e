#include "guestfs/rules/seal_rules.h"

#include "guestfs/language/say.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

constexpr std::size_t most_entries = 2000;

/// An image whose files cannot be read is not judged; one that merely lacks them is.
void note(std::string_view path, const Error& error, Answer& answer) {
  if (error.code == Errc::unavailable || error.code == Errc::corrupt)
    answer.undetermined.push_back(say("'{}' cannot be read: {}", path, error.message));
}

}  // namespace

std::optional<guest::FileInfo> look_at(const Context& context, std::string_view path,
                                       Answer& answer) {
  const auto parsed = guest::GuestPath::parse(path);
  if (!parsed) return std::nullopt;
  const auto info = context.fs.stat(*parsed);
  if (info) return *info;
  note(path, info.error(), answer);
  return std::nullopt;
}

std::vector<FolderFile> files_in(const Context& context, std::string_view folder, Answer& answer) {
  std::vector<FolderFile> files;
  const auto parsed = guest::GuestPath::parse(folder);
  if (!parsed) return files;
  const auto items = context.fs.list_details(*parsed);
  if (!items) {
    note(folder, items.error(), answer);
    return files;
  }
  for (const guest::FolderItem& item : *items) {
    if (files.size() == most_entries) break;
    files.push_back({(*parsed / item.name).str(), item.name, item.info});
  }
  return files;
}

std::optional<std::string> text_of_file(const Context& context, std::string_view path,
                                        Answer& answer, std::uint64_t limit) {
  const auto info = look_at(context, path, answer);
  if (!info || info->type != guest::FileType::regular || info->size > limit) return std::nullopt;
  const auto parsed = guest::GuestPath::parse(path);
  if (!parsed) return std::nullopt;
  auto file = context.fs.read_text(*parsed, limit);
  if (file) return std::move(file->text);
  note(path, file.error(), answer);
  return std::nullopt;
}

bool holds_password(std::string_view field) {
  return !field.empty() && !field.starts_with('!') && !field.starts_with('*') && field != "x" &&
         field != "LK" && field != "NP" && field != "locked";
}

bool is_network_line(std::string_view name) {
  return name.starts_with('+') || name.starts_with('-');
}

std::span<const Rule> seal_rules() {
  static const std::vector<Rule> rules = [] {
    std::vector<Rule> all;
    for (const std::span<const Rule> part :
         {seal_account_rules(), seal_password_rules(), seal_key_rules(), seal_identity_rules(),
          seal_trace_rules(), seal_permission_rules(), seal_service_rules()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return rules;
}

}  // namespace imprint::rules
