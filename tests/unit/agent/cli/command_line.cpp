#include "tests/unit/agent/cli/command_line.h"

#include <iostream>

#include "agent/cli/check_images.h"
#include "agent/model/json.h"

namespace imprint::cli {
namespace {

/// Hands calls to an inspector that lives on.
class Borrowed : public Inspector {
 public:
  explicit Borrowed(Inspector& inspector) : inspector_{inspector} {}
  Result<ImageReport> inspect(const Inspection& inspection) override {
    return inspector_.inspect(inspection);
  }
  std::vector<std::optional<ImageReport>> inspect_together(
      const Inspection& common, const std::vector<std::filesystem::path>& images) override {
    return inspector_.inspect_together(common, images);
  }
  Result<std::optional<Unpacked>> unpack(const Unpacking& unpacking) override {
    return inspector_.unpack(unpacking);
  }
  [[nodiscard]] std::string ruleset() const override { return inspector_.ruleset(); }
  [[nodiscard]] ApplianceUse appliance() const override { return inspector_.appliance(); }

 private:
  Inspector& inspector_;
};

class Repairing : public Repairer {
 public:
  explicit Repairing(FakeRepairer& fake) : fake_{fake} {}
  Result<RepairedImage> repair(const RepairOrder& order) override {
    fake_.order = order;
    if (fake_.error) return *fake_.error;
    RepairedImage repaired;
    repaired.repair.refusal = fake_.refusal;
    repaired.repair.done = fake_.refusal.empty() && !order.dry_run;
    repaired.report.path = (repaired.repair.done ? order.output : order.inspection.image).string();
    repaired.report.verdict = repaired.repair.done ? fake_.after : Verdict::rejected;
    return repaired;
  }

 private:
  FakeRepairer& fake_;
};

std::string render_repair(const Report& report, const RepairReport& repair, ReportFormat, bool) {
  return dump_json(to_json(report, repair)) + "\n";
}

std::string render(const Report& report, ReportFormat format, bool colour) {
  if (format == ReportFormat::json) return dump_json(to_json(report)) + "\n";
  std::string text = fmt::format("format {}\n", static_cast<int>(format));
  if (colour) text += "in colour\n";
  for (const ImageReport& image : report.images)
    text += fmt::format("{}: {}\n", image.path, to_string(image.verdict));
  return text;
}

}  // namespace

ImageReport FakeInspector::report_of(const std::filesystem::path& image) const {
  ImageReport report;
  report.path = image.string();
  const auto found = verdicts.find(image.filename().string());
  report.verdict = found == verdicts.end() ? Verdict::accepted : found->second;
  if (const auto why = unreadable.find(image.filename().string()); why != unreadable.end())
    report.undetermined.push_back({std::string{unreadable_rule}, why->second});
  return report;
}

bool FakeInspector::is_cancelled(const Inspection& inspection,
                                 const std::vector<std::string>& names) const {
  if (!meanwhile) return false;
  meanwhile();
  std::cerr << fmt::format("read {}\n", fmt::join(names, " "));
  return inspection.cancelled && inspection.cancelled();
}

Result<ImageReport> FakeInspector::inspect(const Inspection& inspection) {
  if (error) return *error;
  const std::lock_guard lock{mutex_};
  language = inspection.language;
  alone.push_back(inspection.image.filename().string());
  if (is_cancelled(inspection, {alone.back()})) return make_error(Errc::cancelled, "cancelled");
  return report_of(inspection.image);
}

std::vector<std::optional<ImageReport>> FakeInspector::inspect_together(
    const Inspection& common, const std::vector<std::filesystem::path>& images) {
  std::vector<std::optional<ImageReport>> reports(images.size());
  if (error) return reports;
  const std::lock_guard lock{mutex_};
  language = common.language;
  std::vector<std::string>& names = together.emplace_back();
  for (std::size_t i = 0; i < images.size(); ++i) {
    names.push_back(images[i].filename().string());
    if (!troublesome.contains(names.back())) reports[i] = report_of(images[i]);
  }
  if (is_cancelled(common, names)) return std::vector<std::optional<ImageReport>>(images.size());
  return reports;
}

Ended CommandLine::run(const std::vector<std::string>& arguments) {
  std::istringstream in{input};
  std::ostringstream out;
  std::ostringstream err;
  Environment environment{
      in,
      out,
      err,
      terminal,
      terminal,
      terminal,
      [this](const std::filesystem::path& path) {
        socket = path.string();
        return std::shared_ptr<Service>{&service, [](Service*) {}};
      },
      [this]() -> Result<std::unique_ptr<Inspector>> {
        return std::unique_ptr<Inspector>{std::make_unique<Borrowed>(inspector)};
      },
      render,
      [this] {
        return std::vector<RuleText>{{"fstab.a",
                                      Severity::error,
                                      "title a in " + spoken,
                                      "effect a",
                                      "hint a",
                                      {{"ecs", "warning"}},
                                      "repair a"}};
      },
      language,
      [this](const std::string& code) { spoken = code; },
      [this]() -> Result<std::unique_ptr<Repairer>> {
        return std::unique_ptr<Repairer>{std::make_unique<Repairing>(repairer)};
      },
      render_repair};
  const int status = cli::run(arguments, environment);
  return {status, out.str(), err.str()};
}

}  // namespace imprint::cli
