#include "agent/model/report.h"

#include <algorithm>

#include "agent/model/json.h"

namespace imprint {
namespace {

Json to_json(const Undetermined& undetermined) {
  return {{"rule", undetermined.rule}, {"reason", undetermined.reason}};
}

Json to_json(const DiskFacts& disk) {
  Json partitions = Json::array();
  for (const auto& partition : disk.partitions)
    partitions.push_back({{"device", partition.device},
                          {"filesystem", partition.filesystem},
                          {"uuid", partition.uuid},
                          {"label", partition.label},
                          {"size", partition.size}});
  return {{"partitions", std::move(partitions)}};
}

Json to_json(const BootFacts& boot) {
  Json entry = nullptr;
  if (boot.default_entry)
    entry = {{"title", boot.default_entry->title},
             {"kernel", boot.default_entry->kernel},
             {"initrd", boot.default_entry->initrd},
             {"cmdline", boot.default_entry->cmdline}};
  return {{"loader", boot.loader}, {"default", std::move(entry)}};
}

template <class T>
Json list_to_json(const std::vector<T>& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

Result<Finding> parse_finding(const Json& json, std::string where) {
  ObjectReader reader{json, std::move(where)};
  Finding finding;
  finding.rule = reader.text("rule");
  const auto severity = parse_severity(reader.text("severity"));
  finding.path = reader.text_or("path", "");
  if (!reader.member("line").is_null()) finding.line = reader.number("line");
  finding.text = reader.text_or("text", "");
  finding.message = reader.text("message");
  finding.effect = reader.text_or("effect", "");
  finding.hint = reader.text_or("hint", "");
  TRY(reader.finish());
  finding.severity = TRY(severity);
  return finding;
}

Result<Undetermined> parse_undetermined(const Json& json, std::string where) {
  ObjectReader reader{json, std::move(where)};
  Undetermined undetermined{reader.text("rule"), reader.text("reason")};
  TRY(reader.finish());
  return undetermined;
}

Result<DiskFacts> parse_disk(const Json& json) {
  ObjectReader reader{json, "disks"};
  DiskFacts disk;
  for (const Json& item : reader.items("partitions")) {
    ObjectReader fields{item, "disks.partitions"};
    disk.partitions.push_back({fields.text_or("device", ""), fields.text_or("filesystem", ""),
                               fields.text_or("uuid", ""), fields.text_or("label", ""),
                               fields.size_or("size", 0)});
    TRY(fields.finish());
  }
  TRY(reader.finish());
  return disk;
}

Result<BootFacts> parse_boot(const Json& json) {
  ObjectReader reader{json, "boot"};
  BootFacts boot;
  boot.loader = reader.text_or("loader", "");
  if (const Json& entry = reader.member("default"); !entry.is_null()) {
    ObjectReader fields{entry, "boot.default"};
    boot.default_entry =
        BootEntryFacts{fields.text_or("title", ""), fields.text_or("kernel", ""),
                       fields.texts_or_empty("initrd"), fields.text_or("cmdline", "")};
    TRY(fields.finish());
  }
  TRY(reader.finish());
  return boot;
}

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::accepted:
      return "accepted";
    case Verdict::rejected:
      return "rejected";
    case Verdict::undetermined:
      return "undetermined";
  }
  return "undetermined";
}

std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::info:
      return "info";
  }
  return "info";
}

Result<Verdict> parse_verdict(std::string_view text) {
  for (const auto verdict : {Verdict::accepted, Verdict::rejected, Verdict::undetermined})
    if (text == to_string(verdict)) return verdict;
  return make_error(Errc::invalid, "'{}' is not a verdict", text.substr(0, 80));
}

Result<Severity> parse_severity(std::string_view text) {
  for (const auto severity : {Severity::error, Severity::warning, Severity::info})
    if (text == to_string(severity)) return severity;
  return make_error(Errc::invalid, "'{}' is not a severity", text.substr(0, 80));
}

Verdict verdict_of(const std::vector<Finding>& findings,
                   const std::vector<Undetermined>& undetermined) {
  const bool fatal = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == Severity::error;
  });
  if (fatal) return Verdict::rejected;
  return undetermined.empty() ? Verdict::accepted : Verdict::undetermined;
}

Json to_json(const GuestFacts& guest) {
  return {{"type", guest.type},        {"id", guest.id},     {"version", guest.version},
          {"name", guest.name},        {"arch", guest.arch}, {"init", guest.init},
          {"firmware", guest.firmware}};
}

Result<GuestFacts> parse_guest_facts(const Json& json) {
  ObjectReader reader{json, "guest"};
  GuestFacts guest{reader.text_or("type", ""),       reader.text_or("id", ""),
                   reader.text_or("version", ""),    reader.text_or("name", ""),
                   reader.text_or("arch", ""),       reader.text_or("init", ""),
                   reader.texts_or_empty("firmware")};
  TRY(reader.finish());
  return guest;
}

Json to_json(const Finding& finding) {
  return {{"rule", finding.rule},     {"severity", to_string(finding.severity)},
          {"path", finding.path},     {"line", to_json_or_null(finding.line)},
          {"text", finding.text},     {"message", finding.message},
          {"effect", finding.effect}, {"hint", finding.hint}};
}

Json to_json(const ImageReport& report) {
  const Timings& timings = report.timings_ms;
  return {{"path", report.path},
          {"sha256", report.sha256},
          {"verdict", to_string(report.verdict)},
          {"container",
           {{"format", report.container.format}, {"virtual_size", report.container.virtual_size}}},
          {"guest", to_json(report.guest)},
          {"disks", list_to_json(report.disks)},
          {"boot", to_json(report.boot)},
          {"findings", list_to_json(report.findings)},
          {"undetermined", list_to_json(report.undetermined)},
          {"coverage",
           {{"evaluated", report.coverage.evaluated},
            {"not_applicable", report.coverage.not_applicable},
            {"undetermined", report.coverage.undetermined}}},
          {"timings_ms",
           {{"container", timings.container},
            {"launch", timings.launch},
            {"read", timings.read},
            {"rules", timings.rules},
            {"total", timings.total}}}};
}

Json to_json(const Report& report) {
  return {{"schema", "imprint.report/1"},
          {"profile", report.profile},
          {"ruleset", report.ruleset},
          {"images", list_to_json(report.images)}};
}

Result<ImageReport> parse_image_report(const Json& json) {
  ObjectReader reader{json, ""};
  ImageReport report;
  report.path = reader.text_or("path", "");
  report.sha256 = reader.text_or("sha256", "");
  const auto verdict = parse_verdict(reader.text("verdict"));

  ObjectReader container{reader.member("container"), "container"};
  report.container.format = container.text_or("format", "");
  report.container.virtual_size = container.size_or("virtual_size", 0);
  TRY(container.finish());

  report.guest = TRY(parse_guest_facts(reader.member("guest")));
  for (const Json& disk : reader.items("disks")) report.disks.push_back(TRY(parse_disk(disk)));
  report.boot = TRY(parse_boot(reader.member("boot")));
  for (const Json& finding : reader.items("findings"))
    report.findings.push_back(
        TRY(parse_finding(finding, fmt::format("findings[{}]", report.findings.size()))));
  for (const Json& item : reader.items("undetermined"))
    report.undetermined.push_back(TRY(parse_undetermined(item, "undetermined")));

  ObjectReader coverage{reader.member("coverage"), "coverage"};
  report.coverage = {coverage.number_or("evaluated", 0), coverage.number_or("not_applicable", 0),
                     coverage.number_or("undetermined", 0)};
  TRY(coverage.finish());
  ObjectReader timings{reader.member("timings_ms"), "timings_ms"};
  report.timings_ms = {timings.integer_or("container", 0), timings.integer_or("launch", 0),
                       timings.integer_or("read", 0), timings.integer_or("rules", 0),
                       timings.integer_or("total", 0)};
  TRY(timings.finish());
  TRY(reader.finish());
  report.verdict = TRY(verdict);
  return report;
}

}  // namespace imprint
