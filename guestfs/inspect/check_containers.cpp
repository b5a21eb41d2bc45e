#include "guestfs/inspect/check_containers.h"

#include "guestfs/container/gate.h"
#include "guestfs/container/qemu_img.h"
#include "guestfs/inspect/packed_image.h"

namespace imprint::inspect {
namespace {

constexpr const char* unreadable = "disk.unreadable";

class ContainerRun {
 public:
  ContainerRun(const Task& task, Ledger& ledger) : task_{task}, ledger_{ledger} {}

  std::optional<std::vector<guest::ApplianceDrive>> run(ContainerFacts& facts) {
    bool good = check_container(task_.image, task_.format, facts);
    for (const auto& companion : task_.companions) {
      ContainerFacts of_companion;
      good = check_container(companion, std::nullopt, of_companion) && good;
    }
    ledger_.answered("disk.");
    if (!good) return std::nullopt;
    return std::move(drives_);
  }

 private:
  bool check_container(const std::filesystem::path& path, const std::optional<std::string>& format,
                       ContainerFacts& facts) {
    Unwrapped content =
        unwrap(path, task_.temp_folder / fmt::format("content-{}", drives_.size() + 1));
    if (content.undecided) ledger_.undetermined(unreadable, *content.undecided);
    if (content.finding) add_findings(path, {*content.finding});
    if (content.undecided || content.finding) return false;
    return check_content(path, content.path, format, facts);
  }

  /// `path`: what the user knows the file by; `content`: where its bytes are, unpacked.
  bool check_content(const std::filesystem::path& path, const std::filesystem::path& content,
                     const std::optional<std::string>& format, ContainerFacts& facts) {
    auto source = container::FileSource::open(content);
    if (!source) {
      ledger_.undetermined(unreadable, source.error().message);
      return false;
    }
    auto gate = container::judge(*source, format);
    facts = gate.container;
    if (!add_findings(path, std::move(gate.findings))) return false;
    const auto info = container::qemu_img_info(content, container::qemu_name(facts.format));
    if (!info) {
      ledger_.undetermined(unreadable, info.error().message);
      return false;
    }
    if (!add_findings(path, container::compare_with_qemu(facts, *info))) return false;
    drives_.push_back({content, std::string{container::qemu_name(facts.format)}});
    return true;
  }

  /// False if any of them is an error.
  bool add_findings(const std::filesystem::path& path, std::vector<Finding> findings) {
    bool good = true;
    for (Finding& finding : findings) {
      good = good && finding.severity != Severity::error;
      if (path != task_.image) finding.message = path.string() + ": " + finding.message;
      ledger_.add_gate_finding(finding);
    }
    return good;
  }

  const Task& task_;
  Ledger& ledger_;
  std::vector<guest::ApplianceDrive> drives_;
};

}  // namespace

std::optional<std::vector<guest::ApplianceDrive>> check_containers(const Task& task, Ledger& ledger,
                                                                   ContainerFacts& facts) {
  return ContainerRun{task, ledger}.run(facts);
}

}  // namespace imprint::inspect
