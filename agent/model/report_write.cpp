// Reports as JSON: what docs/report.schema.json describes.

#include "agent/model/json.h"
#include "agent/model/report.h"

namespace imprint {
namespace {

// Before the template, which would not find them otherwise.
Json to_json(const ContextLine& line);
Json to_json(const Undetermined& undetermined);
Json to_json(const RuleAnswer& answer);
Json to_json(const PartitionFacts& partition);
Json to_json(const DiskFacts& disk);
Json to_json(const BootFileFacts& file);
Json to_json(const ProfileReport& profile);

template <class T>
Json list_to_json(const std::vector<T>& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

Json to_json(const ContextLine& line) {
  return {{"line", line.line}, {"text", line.text}};
}

Json to_json(const Undetermined& undetermined) {
  return {{"rule", undetermined.rule}, {"reason", undetermined.reason}};
}

Json to_json(const RuleAnswer& answer) {
  return {{"rule", answer.rule}, {"answer", to_string(answer.answer)}};
}

Json to_json(const PartitionFacts& partition) {
  return {{"device", partition.device}, {"filesystem", partition.filesystem},
          {"uuid", partition.uuid},     {"label", partition.label},
          {"size", partition.size},     {"kind", partition.kind},
          {"number", partition.number}, {"start", partition.start},
          {"type", partition.type},     {"bootable", partition.bootable},
          {"mount", partition.mount}};
}

Json to_json(const DiskFacts& disk) {
  return {{"device", disk.device},
          {"size", disk.size},
          {"table", disk.table},
          {"partitions", list_to_json(disk.partitions)}};
}

Json to_json(const BootFileFacts& file) {
  return {{"role", file.role}, {"written", file.written},
          {"path", file.path}, {"found", to_string(file.found)},
          {"size", file.size}, {"why", file.why}};
}

Json to_json(const BootRootFacts& root) {
  return {{"spec", root.spec},
          {"path", root.path},
          {"line", to_json_or_null(root.line)},
          {"found", to_string(root.found)},
          {"device", root.device}};
}

Json to_json(const BootEntryFacts& entry) {
  return {{"title", entry.title},
          {"kernel", entry.kernel},
          {"initrd", entry.initrd},
          {"cmdline", entry.cmdline},
          {"id", entry.id},
          {"path", entry.path},
          {"line", to_json_or_null(entry.line)},
          {"hands_over", entry.hands_over},
          {"files", list_to_json(entry.files)}};
}

Json to_json(const BootFacts& boot) {
  return {{"loader", boot.loader},
          {"default", boot.default_entry ? to_json(*boot.default_entry) : Json(nullptr)},
          {"firmware", boot.firmware},
          {"configs", boot.configs},
          {"entries", boot.entries},
          {"root", boot.root ? to_json(*boot.root) : Json(nullptr)}};
}

Json to_json(const Coverage& coverage) {
  return {{"evaluated", coverage.evaluated},
          {"not_applicable", coverage.not_applicable},
          {"undetermined", coverage.undetermined}};
}

Json to_json(const Timings& timings) {
  return {{"container", timings.container},
          {"launch", timings.launch},
          {"read", timings.read},
          {"rules", timings.rules},
          {"total", timings.total}};
}

Json to_json(const ProfileReport& profile) {
  return {{"profile", profile.profile},
          {"verdict", to_string(profile.verdict)},
          {"findings", list_to_json(profile.findings)},
          {"undetermined", list_to_json(profile.undetermined)},
          {"answers", list_to_json(profile.answers)},
          {"coverage", to_json(profile.coverage)}};
}

/// By the profiles' names, for readers.
Json differences_to_json(const std::vector<ProfileReport>& profiles) {
  Json list = Json::array();
  for (const Difference& difference : differences_of(profiles)) {
    Json answers = Json::object();
    for (std::size_t i = 0; i < profiles.size(); ++i)
      answers[profiles[i].profile] = difference.answers[i];
    list.push_back({{"rule", difference.rule}, {"answers", std::move(answers)}});
  }
  return list;
}

}  // namespace

Json to_json(const GuestFacts& guest) {
  return {{"type", guest.type},        {"id", guest.id},     {"version", guest.version},
          {"name", guest.name},        {"arch", guest.arch}, {"init", guest.init},
          {"firmware", guest.firmware}};
}

Json to_json(const Finding& finding) {
  Json json{{"rule", finding.rule},
            {"severity", to_string(finding.severity)},
            {"path", finding.path},
            {"line", to_json_or_null(finding.line)},
            {"text", finding.text},
            {"message", finding.message},
            {"effect", finding.effect},
            {"hint", finding.hint},
            {"context", list_to_json(finding.context)}};
  if (finding.waived)
    json["waived"] = {{"reason", finding.waived->reason}, {"expires", finding.waived->expires}};
  return json;
}

Json to_json(const ImageReport& report) {
  Json json{
      {"path", report.path},
      {"sha256", report.sha256},
      {"verdict", to_string(report.verdict)},
      {"container",
       {{"format", report.container.format}, {"virtual_size", report.container.virtual_size}}},
      {"guest", to_json(report.guest)},
      {"disks", list_to_json(report.disks)},
      {"boot", to_json(report.boot)},
      {"findings", list_to_json(report.findings)},
      {"undetermined", list_to_json(report.undetermined)},
      {"answers", list_to_json(report.answers)},
      {"coverage", to_json(report.coverage)},
      {"timings_ms", to_json(report.timings_ms)},
      {"appliance", to_json(report.appliance)}};
  if (!report.profiles.empty()) {
    json["profiles"] = list_to_json(report.profiles);
    json["differences"] = differences_to_json(report.profiles);
  }
  return json;
}

Json to_json(const Report& report) {
  return {{"schema", "imprint.report/1"},
          {"profile", report.profile},
          {"ruleset", report.ruleset},
          {"images", list_to_json(report.images)}};
}

}  // namespace imprint
