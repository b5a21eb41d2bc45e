#pragma once

#include <memory>
#include <string>

#include "agent/base/digest.h"
#include "agent/ports/inspector.h"
#include "tests/support/fake_volumes.h"

namespace imprint::test {

/// Judges the texts of a FakeImageSource by what they say: "bad ..." is rejected, "odd ..." is
/// undetermined, all else is accepted; "raw ..." is a raw disk. "packed X" unpacks to X, "bomb ..."
/// never ends.
class FakeInspector : public Inspector {
 public:
  explicit FakeInspector(std::shared_ptr<FakeFiles> files) : files_{std::move(files)} {}

  Result<ImageReport> inspect(const Inspection& inspection) override {
    const std::lock_guard lock{files_->mutex};
    const auto found = files_->files.find(inspection.image);
    if (found == files_->files.end())
      return make_error(Errc::not_found, "'{}' does not exist", inspection.image.string());
    const std::string& bytes = found->second.content;
    ImageReport report;
    report.path = inspection.image;
    report.sha256 = digest_of(bytes);
    report.container = {bytes.starts_with("raw") ? "raw" : "qcow2", std::uint64_t{1} << 30};
    report.guest.type = "linux";
    report.guest.firmware = {"bios"};
    if (bytes.starts_with("bad"))
      report.findings.push_back({"fstab.device-not-in-image", Severity::error, "/etc/fstab", 3,
                                 "/dev/sdz / ext4", "the root device is not in the image",
                                 "it does not boot", "use its UUID"});
    if (bytes.starts_with("odd"))
      report.undetermined.push_back({"boot.default", "the file is cut short"});
    report.verdict = verdict_of(report.findings, report.undetermined);
    return report;
  }
  Result<std::optional<Unpacked>> unpack(const Unpacking& unpacking) override {
    const std::lock_guard lock{files_->mutex};
    const auto found = files_->files.find(unpacking.source);
    if (found == files_->files.end())
      return make_error(Errc::not_found, "'{}' does not exist", unpacking.source.string());
    const std::string& bytes = found->second.content;
    if (bytes.starts_with("bomb"))
      return make_error(Errc::exhausted, "it unpacks to more than {} bytes", unpacking.data_limit);
    const std::string_view mark = "packed ";
    if (!bytes.starts_with(mark)) return std::optional<Unpacked>{};
    const std::string content = bytes.substr(mark.size());
    files_->files[unpacking.target] = {content, content.size()};
    return std::optional{Unpacked{TRY(Sha256::parse(digest_of(content))), content.size()}};
  }
  [[nodiscard]] std::string ruleset() const override { return "fake 1"; }
  [[nodiscard]] ApplianceUse appliance() const override { return {ApplianceStart::booted, "fake"}; }

 private:
  std::shared_ptr<FakeFiles> files_;
};

}  // namespace imprint::test
