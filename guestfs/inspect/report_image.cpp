#include "guestfs/inspect/report_image.h"

#include <future>

#include "agent/base/digest.h"
#include "agent/base/file_version.h"
#include "guestfs/container/byte_source.h"
#include "guestfs/inspect/stopwatch.h"
#include "guestfs/language/say.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

constexpr const char* unreadable = "disk.unreadable";

using Versions = std::vector<Result<std::string>>;

Versions versions_of(const Task& task) {
  Versions versions{file_version(task.image)};
  for (const auto& companion : task.companions) versions.push_back(file_version(companion));
  return versions;
}

bool same(const Result<std::string>& before, const Result<std::string>& after) {
  return before && after && *before == *after;
}

std::optional<fs::path> find_changed(const Task& task, const Versions& before) {
  const Versions after = versions_of(task);
  for (std::size_t i = 0; i < after.size(); ++i)
    if (!same(before[i], after[i])) return i == 0 ? task.image : task.companions[i - 1];
  return std::nullopt;
}

/// Nothing but this: what was found is of bytes that are gone, and the digest may be of neither the
/// old nor the new ones.
void tell_changed(const Task& task, const fs::path& changed, Ledger& ledger, ImageReport& report) {
  ledger = Ledger{task.profiles, task.today};
  ledger.no_guest(unreadable, say("'{}' was changed, replaced or removed while it was read: check "
                                  "it again when nobody writes to it",
                                  changed.string()));
  const ApplianceUse use = report.appliance;
  report = {};
  report.path = task.image.string();
  report.appliance = use;
}

/// The digest takes as long as the file is large, so it is computed while the appliance works.
void read_beside_digest(const Task& task, Ledger& ledger, ImageReport& report,
                        const std::function<void(Ledger&, ImageReport&)>& read) {
  auto digest = std::async(std::launch::async, [&task]() -> Result<std::string> {
    if (!task.digest.empty()) return std::string{task.digest};
    return digest_of_file(task.image);
  });
  read(ledger, report);
  auto hex = digest.get();
  if (hex)
    report.sha256 = *std::move(hex);
  else
    ledger.undetermined(unreadable, hex.error().message);
}

}  // namespace

ImageReport report_image(const Task& task, const std::function<void(Ledger&, ImageReport&)>& read) {
  Stopwatch total;
  Ledger ledger{task.profiles, task.today};
  ImageReport report;
  report.path = task.image.string();
  const Versions before = versions_of(task);
  // Looked at before anything else opens it: reading a pipe would never end.
  if (auto source = container::FileSource::open(task.image); !source) {
    ledger.undetermined(unreadable, source.error().message);
  } else {
    read_beside_digest(task, ledger, report, read);
    if (const auto changed = find_changed(task, before))
      tell_changed(task, *changed, ledger, report);
  }
  ledger.close(report);
  report.timings_ms.total = total.lap();
  return report;
}

}  // namespace imprint::inspect
