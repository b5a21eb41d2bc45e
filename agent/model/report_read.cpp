// Reads what report_write.cpp wrote. A key that an older version did not write may be absent.

#include "agent/model/json.h"
#include "agent/model/report.h"

namespace imprint {
namespace {

std::optional<int> line_of(ObjectReader& reader) {
  if (reader.member("line").is_null()) return std::nullopt;
  return reader.number("line");
}

/// Each item of a list, read by `read`, which is given its place for messages.
template <class T, class Read>
Result<std::vector<T>> read_list(ObjectReader& reader, std::string_view key, Read read) {
  std::vector<T> list;
  for (const Json& item : reader.items(key))
    list.push_back(TRY(read(item, fmt::format("{}[{}]", key, list.size()))));
  return list;
}

Result<ContextLine> parse_context(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  ContextLine line;
  line.line = reader.number("line");
  line.text = reader.text("text");
  TRY(reader.finish());
  return line;
}

Result<Waived> parse_waived(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  Waived waived{reader.text("reason"), reader.text("expires")};
  TRY(reader.finish());
  return waived;
}

Result<Finding> parse_finding(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  Finding finding;
  finding.rule = reader.text("rule");
  const auto severity = parse_severity(reader.text("severity"));
  finding.path = reader.text_or("path", "");
  finding.line = line_of(reader);
  finding.text = reader.text_or("text", "");
  finding.message = reader.text("message");
  finding.effect = reader.text_or("effect", "");
  finding.hint = reader.text_or("hint", "");
  finding.context = TRY(read_list<ContextLine>(reader, "context", parse_context));
  if (const Json& waived = reader.member("waived"); !waived.is_null())
    finding.waived = TRY(parse_waived(waived, where + ".waived"));
  TRY(reader.finish());
  finding.severity = TRY(severity);
  return finding;
}

Result<Undetermined> parse_undetermined(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  Undetermined undetermined{reader.text("rule"), reader.text("reason")};
  TRY(reader.finish());
  return undetermined;
}

Result<RuleAnswer> parse_answer(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  RuleAnswer answer;
  answer.rule = reader.text("rule");
  const auto word = parse_answered(reader.text("answer"));
  TRY(reader.finish());
  answer.answer = TRY(word);
  return answer;
}

Result<PartitionFacts> parse_partition(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  PartitionFacts partition;
  partition.device = reader.text_or("device", "");
  partition.filesystem = reader.text_or("filesystem", "");
  partition.uuid = reader.text_or("uuid", "");
  partition.label = reader.text_or("label", "");
  partition.size = reader.size_or("size", 0);
  partition.kind = reader.text_or("kind", "");
  partition.number = reader.number_or("number", 0);
  partition.start = reader.size_or("start", 0);
  partition.type = reader.text_or("type", "");
  partition.bootable = reader.boolean_or("bootable", false);
  partition.mount = reader.text_or("mount", "");
  TRY(reader.finish());
  return partition;
}

Result<DiskFacts> parse_disk(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  DiskFacts disk;
  disk.device = reader.text_or("device", "");
  disk.size = reader.size_or("size", 0);
  disk.table = reader.text_or("table", "");
  disk.partitions = TRY(read_list<PartitionFacts>(reader, "partitions", parse_partition));
  TRY(reader.finish());
  return disk;
}

Result<BootFileFacts> parse_boot_file(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  BootFileFacts file;
  file.role = reader.text("role");
  file.written = reader.text_or("written", "");
  file.path = reader.text_or("path", "");
  const auto found = parse_found(reader.text("found"));
  file.size = reader.size_or("size", 0);
  file.why = reader.text_or("why", "");
  TRY(reader.finish());
  file.found = TRY(found);
  return file;
}

Result<BootRootFacts> parse_boot_root(const Json& json) {
  ObjectReader reader{json, "boot.root"};
  BootRootFacts root;
  root.spec = reader.text("spec");
  root.path = reader.text_or("path", "");
  root.line = line_of(reader);
  const auto found = parse_found(reader.text("found"));
  root.device = reader.text_or("device", "");
  TRY(reader.finish());
  root.found = TRY(found);
  return root;
}

Result<BootEntryFacts> parse_boot_entry(const Json& json) {
  ObjectReader reader{json, "boot.default"};
  BootEntryFacts entry;
  entry.title = reader.text_or("title", "");
  entry.kernel = reader.text_or("kernel", "");
  entry.initrd = reader.texts_or_empty("initrd");
  entry.cmdline = reader.text_or("cmdline", "");
  entry.id = reader.text_or("id", "");
  entry.path = reader.text_or("path", "");
  entry.line = line_of(reader);
  entry.hands_over = reader.boolean_or("hands_over", false);
  entry.files = TRY(read_list<BootFileFacts>(reader, "files", parse_boot_file));
  TRY(reader.finish());
  return entry;
}

Result<BootFacts> parse_boot(const Json& json) {
  ObjectReader reader{json, "boot"};
  BootFacts boot;
  boot.loader = reader.text_or("loader", "");
  if (const Json& entry = reader.member("default"); !entry.is_null())
    boot.default_entry = TRY(parse_boot_entry(entry));
  boot.firmware = reader.texts_or_empty("firmware");
  boot.configs = reader.texts_or_empty("configs");
  boot.entries = reader.number_or("entries", 0);
  if (const Json& root = reader.member("root"); !root.is_null())
    boot.root = TRY(parse_boot_root(root));
  TRY(reader.finish());
  return boot;
}

Result<ContainerFacts> parse_container(const Json& json) {
  ObjectReader reader{json, "container"};
  ContainerFacts container;
  container.format = reader.text_or("format", "");
  container.virtual_size = reader.size_or("virtual_size", 0);
  TRY(reader.finish());
  return container;
}

Result<Coverage> parse_coverage(const Json& json) {
  ObjectReader reader{json, "coverage"};
  const Coverage coverage{reader.number_or("evaluated", 0), reader.number_or("not_applicable", 0),
                          reader.number_or("undetermined", 0)};
  TRY(reader.finish());
  return coverage;
}

Result<Timings> parse_timings(const Json& json) {
  ObjectReader reader{json, "timings_ms"};
  const Timings timings{reader.integer_or("container", 0), reader.integer_or("launch", 0),
                        reader.integer_or("read", 0), reader.integer_or("rules", 0),
                        reader.integer_or("total", 0)};
  TRY(reader.finish());
  return timings;
}

Result<ProfileReport> parse_profile_report(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  ProfileReport profile;
  profile.profile = reader.text("profile");
  const auto verdict = parse_verdict(reader.text("verdict"));
  profile.findings = TRY(read_list<Finding>(reader, "findings", parse_finding));
  profile.undetermined = TRY(read_list<Undetermined>(reader, "undetermined", parse_undetermined));
  profile.answers = TRY(read_list<RuleAnswer>(reader, "answers", parse_answer));
  profile.coverage = TRY(parse_coverage(reader.member("coverage")));
  TRY(reader.finish());
  profile.verdict = TRY(verdict);
  return profile;
}

}  // namespace

Result<GuestFacts> parse_guest_facts(const Json& json) {
  ObjectReader reader{json, "guest"};
  GuestFacts guest{reader.text_or("type", ""),       reader.text_or("id", ""),
                   reader.text_or("version", ""),    reader.text_or("name", ""),
                   reader.text_or("arch", ""),       reader.text_or("init", ""),
                   reader.texts_or_empty("firmware")};
  TRY(reader.finish());
  return guest;
}

Result<ImageReport> parse_image_report(const Json& json) {
  ObjectReader reader{json, ""};
  ImageReport report;
  report.path = reader.text_or("path", "");
  report.sha256 = reader.text_or("sha256", "");
  const auto verdict = parse_verdict(reader.text("verdict"));
  report.container = TRY(parse_container(reader.member("container")));
  report.guest = TRY(parse_guest_facts(reader.member("guest")));
  report.disks = TRY(read_list<DiskFacts>(reader, "disks", parse_disk));
  report.boot = TRY(parse_boot(reader.member("boot")));
  report.findings = TRY(read_list<Finding>(reader, "findings", parse_finding));
  report.undetermined = TRY(read_list<Undetermined>(reader, "undetermined", parse_undetermined));
  report.answers = TRY(read_list<RuleAnswer>(reader, "answers", parse_answer));
  report.coverage = TRY(parse_coverage(reader.member("coverage")));
  report.timings_ms = TRY(parse_timings(reader.member("timings_ms")));
  report.appliance = TRY(parse_appliance_use(reader.member("appliance"), "appliance"));
  report.profiles = TRY(read_list<ProfileReport>(reader, "profiles", parse_profile_report));
  // Follows from the profiles; written for readers.
  static_cast<void>(reader.items("differences"));
  TRY(reader.finish());
  report.verdict = TRY(verdict);
  return report;
}

}  // namespace imprint
