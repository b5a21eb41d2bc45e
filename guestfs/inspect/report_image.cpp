#include "guestfs/inspect/report_image.h"

#include <future>

#include "agent/base/digest.h"
#include "guestfs/container/byte_source.h"
#include "guestfs/inspect/stopwatch.h"

namespace imprint::inspect {
namespace {

constexpr const char* unreadable = "disk.unreadable";

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
  // Looked at before anything else opens it: reading a pipe would never end.
  if (auto source = container::FileSource::open(task.image); !source)
    ledger.undetermined(unreadable, source.error().message);
  else
    read_beside_digest(task, ledger, report, read);
  ledger.close(report);
  report.timings_ms.total = total.lap();
  return report;
}

}  // namespace imprint::inspect
