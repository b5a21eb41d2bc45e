// What is stored and sent reads back as it was written, and what was tampered with is refused.

#include <gmock/gmock.h>

#include "agent/model/image.h"
#include "agent/model/instance.h"
#include "agent/model/job.h"
#include "agent/model/json.h"
#include "agent/model/node.h"
#include "agent/model/request.h"

namespace imprint {
namespace {

using testing::HasSubstr;

Disk sample_disk() {
  Disk disk;
  disk.role = DiskRole::system;
  disk.path = "/var/lib/imprint/instances/i-000000000001/system-1.qcow2";
  disk.serial = "i-000000000001-sys";
  disk.size = std::uint64_t{20} << 30;
  disk.base_path = "/var/lib/imprint/images/sha256-a.qcow2";
  disk.base_digest = Sha256::parse(std::string(64, 'a')).value();
  return disk;
}

Image sample_image() {
  return {.id = ImageId::parse("img-000000000001").value(),
          .name = "debian",
          .version = 3,
          .kind = ImageKind::shared,
          .owner = "me",
          .provider = "",
          .region = "r1",
          .node = "n1",
          .digest = Sha256::parse(std::string(64, 'a')).value(),
          .source_digest = Sha256::parse(std::string(64, 'b')).value(),
          .source = "/x.qcow2",
          .file_size = 1,
          .virtual_size = INT64_MAX,
          .guest = {"linux", "debian", "12", "Debian 12", "x86_64", "systemd", {"bios", "uefi"}},
          .verdict = Verdict::accepted,
          .profile = "generic",
          .ruleset = "1",
          .confirm = {ConfirmKind::agent, "x", std::chrono::seconds{5}},
          .created = "2026-01-01T00:00:00Z",
          .generation = 2};
}

Instance sample_instance() {
  const System system{ImageId::parse("img-000000000001").value(),
                      "debian@3",
                      sample_disk(),
                      sample_disk(),
                      "uuid",
                      Firmware::uefi,
                      {}};
  return {.id = InstanceId::parse("i-000000000001").value(),
          .name = "web-1",
          .uuid = "uuid",
          .node = "n1",
          .region = "r1",
          .owner = "me",
          .cpus = 2,
          .memory = 1 << 30,
          .network = "default",
          .mac = "52:54:00:00:00:01",
          .hostname = "web-1",
          .ssh_keys = {"ssh-ed25519 AAAA"},
          .system = system,
          .retained = RetainedSystem{system, "2026-01-02T00:00:00Z"},
          .data_disks = {sample_disk(), sample_disk()},
          .wanted_running = false,
          .created = "2026-01-01T00:00:00Z",
          .generation = 7,
          .system_generation = 2};
}

Job sample_job() {
  return {.id = JobId::parse("job-000000000001").value(),
          .kind = JobKind::reimage_instance,
          .subject = "i-000000000001",
          .idempotency_key = "key",
          .request_digest = "digest",
          .caller = "uid:0",
          .cancelled_by = "uid:7",
          .request = {{"image", "debian"}},
          .context = nullptr,
          .steps = {{"swap", "swap the disk", StepState::undo_failed, "", ""}},
          .state = JobState::needs_attention,
          .progress = 0.25,
          .note = "",
          .result = nullptr,
          .error = Error{Errc::corrupt, "it broke"},
          .created = "2026-01-01T00:00:00Z",
          .ended = ""};
}

ImageReport sample_report() {
  ImageReport report;
  report.path = "/x.qcow2";
  report.verdict = Verdict::rejected;
  report.container = {"qcow2", 4096};
  report.disks = {{{{"/dev/sda1", "ext4", "uuid", "root", 512}}}};
  report.boot = {"grub2", BootEntryFacts{"Debian", "/vmlinuz", {"/initrd.img"}, "ro quiet"}};
  report.findings = {{"fstab.device-not-in-image", Severity::error, "/etc/fstab", 3, "text",
                      "message", "effect", "hint"},
                     {"a", Severity::info, "", std::nullopt, "", "m", "", ""}};
  report.findings[0].context = {{2, "before"}, {3, "text"}, {4, "after"}};
  report.disks[0].device = "/dev/sda";
  report.disks[0].size = 1024;
  report.disks[0].table = "mbr";
  PartitionFacts& partition = report.disks[0].partitions[0];
  partition.kind = "partition";
  partition.number = 1;
  partition.start = 512;
  partition.type = "0x83";
  partition.bootable = true;
  partition.mount = "/";
  report.boot.firmware = {"bios"};
  report.boot.configs = {"/boot/grub/grub.cfg"};
  report.boot.entries = 2;
  report.boot.root =
      BootRootFacts{"UUID=uuid", "/boot/grub/grub.cfg", 7, Found::found, "/dev/sda1"};
  BootEntryFacts& entry = *report.boot.default_entry;
  entry.id = "debian";
  entry.path = "/boot/grub/grub.cfg";
  entry.line = 5;
  entry.files = {{"kernel", "/vmlinuz", "/vmlinuz", Found::found, 9, ""},
                 {"initrd", "/initrd.img", "", Found::absent, 0, "not there"}};
  report.undetermined = {{"rule", "reason"}};
  report.answers = {{"fstab.device-not-in-image", Answered::fired}, {"a", Answered::fired}};
  report.profiles = {{"ecs", Verdict::accepted, {}, {}, {{"a", Answered::clean}}, {1, 0, 0}},
                     {"mine.toml", report.verdict, report.findings, {}, {}, {}}};
  report.coverage = {1, 2, 3};
  report.timings_ms = {1, 2, 3, 4, 10};
  return report;
}

/// Through the text, as it is stored and sent.
template <class Value, class Parse>
void expect_same(const Value& value, Parse parse) {
  const Json written = to_json(value);
  const auto read = parse(parse_json(dump_json(written)).value());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), written);
}

/// Each member in turn is given to a wrong type and to an unknown name: both are refused.
template <class Parse>
void expect_strict(const Json& good, Parse parse) {
  for (const auto& [key, value] : good.items()) {
    Json wrong = good;
    wrong[key] = value.is_object() ? Json(7) : Json{{"unexpected", true}};
    if (key != "request" && key != "context" && key != "result") {
      EXPECT_FALSE(parse(wrong)) << key;
    }
  }
  Json more = good;
  more["surprise"] = 1;
  const auto read = parse(more);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("surprise"));
}

const auto parse_disk = [](const Json& json) { return parse_disk_record(json, "disk"); };

TEST(Records, ReadBackAsTheyWereWritten) {
  NodeStatus status;
  status.node = "n";
  status.images = 3;
  status.space_free = 5;
  status.drift = {{"missing-machine", "i-1", "it is gone"}};
  expect_same(sample_disk(), parse_disk);
  expect_same(sample_image(), parse_image);
  expect_same(sample_instance(), parse_instance);
  expect_same(InstanceView{sample_instance(), PowerState::unknown, "debian@4", JobId::generate()},
              parse_instance_view);
  expect_same(sample_job(), parse_job);
  expect_same(sample_report(), parse_image_report);
  expect_same(status, parse_node_status);
  expect_same(Plan{{{"fetch", "fetch it"}}, {"the system disk"}, {"data-1"}, 4096}, parse_plan);
}

TEST(Report, TellsWhereProfilesDiffer) {
  const std::vector<ProfileReport> profiles = sample_report().profiles;
  std::vector<ProfileReport> three = profiles;
  three.push_back({"third", Verdict::undetermined, {}, {}, {{"b", Answered::undetermined}}, {}});
  EXPECT_TRUE(differences_of({}).empty());
  EXPECT_TRUE(differences_of({profiles[0], profiles[0]}).empty());
  EXPECT_TRUE(differences_of({profiles[0], {"off", Verdict::accepted, {}, {}, {}, {}}}).empty());
  const auto differences = differences_of(three);
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].rule, "a");
  EXPECT_EQ(differences[0].answers, (std::vector<std::string>{"clean", "info", "off"}));
  EXPECT_EQ(differences[1].answers, (std::vector<std::string>{"off", "off", "undetermined"}));
}

TEST(Report, CountsEachRuleOnce) {
  const Coverage coverage = coverage_of({{"a", Answered::fired},
                                         {"b", Answered::clean},
                                         {"c", Answered::not_applicable},
                                         {"d", Answered::undetermined}});
  EXPECT_EQ(coverage.evaluated, 2);
  EXPECT_EQ(coverage.not_applicable, 1);
  EXPECT_EQ(coverage.undetermined, 1);
}

TEST(Records, RefuseWhatWasTamperedWith) {
  expect_strict(to_json(sample_disk()), parse_disk);
  expect_strict(to_json(sample_image()), parse_image);
  expect_strict(to_json(sample_instance()), parse_instance);
  expect_strict(to_json(sample_job()), parse_job);
  expect_strict(to_json(sample_report()), parse_image_report);
}

TEST(Records, RefuseNumbersThatCannotBe) {
  Json disk = to_json(sample_disk());
  disk["size"] = -1;
  EXPECT_THAT(parse_disk(disk).error().message, HasSubstr("disk.size"));
  Json instance = to_json(sample_instance());
  instance["cpus"] = std::int64_t{1} << 40;
  EXPECT_THAT(parse_instance(instance).error().message, HasSubstr("cpus"));
  instance = to_json(sample_instance());
  instance["data_disks"][1]["size"] = -5;
  EXPECT_THAT(parse_instance(instance).error().message, HasSubstr("data_disks[1].size"));
}

TEST(Records, TellNothingFromEmpty) {
  Instance instance = sample_instance();
  instance.network.reset();
  instance.retained.reset();
  instance.data_disks.clear();
  const Json json = to_json(instance);
  EXPECT_TRUE(json["network"].is_null());
  EXPECT_TRUE(json["retained"].is_null());
  EXPECT_TRUE(json["data_disks"].is_array());
  expect_same(instance, parse_instance);
}

TEST(Words, AreTheSameInBothDirections) {
  for (const auto code :
       {Errc::invalid, Errc::not_found, Errc::conflict, Errc::denied, Errc::unavailable,
        Errc::exhausted, Errc::corrupt, Errc::cancelled, Errc::internal})
    EXPECT_EQ(parse_errc(to_string(code)).value(), code);
  for (int i = 0; i <= static_cast<int>(JobKind::release_instance); ++i)
    EXPECT_EQ(parse_job_kind(to_string(static_cast<JobKind>(i))).value(), static_cast<JobKind>(i));
  for (const auto state : {JobState::queued, JobState::running, JobState::succeeded,
                           JobState::failed, JobState::rolled_back, JobState::needs_attention})
    EXPECT_EQ(parse_job_state(to_string(state)).value(), state);
  EXPECT_FALSE(parse_job_state("Running"));
  EXPECT_FALSE(parse_power_state(""));
}

TEST(VerdictOf, IsNeverAcceptedWithoutAnAnswer) {
  const Finding error{"r", Severity::error, "", {}, "", "m", "", ""};
  const Finding warning{"r", Severity::warning, "", {}, "", "m", "", ""};
  EXPECT_EQ(verdict_of({}, {}), Verdict::accepted);
  EXPECT_EQ(verdict_of({warning}, {}), Verdict::accepted);
  EXPECT_EQ(verdict_of({warning}, {{"r", "why"}}), Verdict::undetermined);
  EXPECT_EQ(verdict_of({warning, error}, {{"r", "why"}}), Verdict::rejected);
}

}  // namespace
}  // namespace imprint
