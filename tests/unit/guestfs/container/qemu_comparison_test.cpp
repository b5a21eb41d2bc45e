#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const ContainerFacts facts{"qcow2", 1024};

TEST(QemuComparison, IsSilentWhereBothAgree) {
  EXPECT_THAT(compare_with_qemu(facts, R"({"format": "qcow2", "virtual-size": 1024, "filename": "x",
      "format-specific": {"type": "qcow2", "data": {"corrupt": false}}})"),
              IsEmpty());
}

TEST(QemuComparison, FindsAnotherFormatOrSize) {
  EXPECT_THAT(answers(compare_with_qemu(facts, R"({"format": "raw", "virtual-size": 1024})")),
              ElementsAre("disk.format-mismatch:error"));
  const auto size = compare_with_qemu(facts, R"({"format": "qcow2", "virtual-size": 2048})");
  ASSERT_THAT(answers(size), ElementsAre("disk.format-mismatch:error"));
  EXPECT_THAT(size[0].message, HasSubstr("2048"));
}

TEST(QemuComparison, FindsExternalReferences) {
  EXPECT_THAT(answers(compare_with_qemu(facts, R"({"format": "qcow2", "virtual-size": 1024,
      "backing-filename": "/etc/shadow", "full-backing-filename": "/etc/shadow"})")),
              ElementsAre("disk.qcow2-backing-file:error"));
  EXPECT_THAT(answers(compare_with_qemu(facts, R"({"format": "qcow2", "virtual-size": 1024,
      "format-specific": {"type": "qcow2", "data": {"data-file": "/dev/sda"}}})")),
              ElementsAre("disk.qcow2-data-file:error"));
  EXPECT_THAT(answers(compare_with_qemu({"vmdk", 1024}, R"({"format": "vmdk", "virtual-size": 1024,
      "format-specific": {"type": "vmdk", "data": {"extents": [{"filename": "a-flat.vmdk"}]}}})")),
              ElementsAre("disk.format-mismatch:error"));
}

TEST(QemuComparison, KnowsQemusWordForAVhdAndTheOneExtentOfAVmdk) {
  EXPECT_THAT(
      answers(compare_with_qemu({"vhd", 1024}, R"({"format": "vpc", "virtual-size": 1024})")),
      IsEmpty());
  EXPECT_THAT(answers(compare_with_qemu({"vmdk", 1024}, R"({"format": "vmdk", "virtual-size": 1024,
      "filename": "/a.vmdk",
      "format-specific": {"type": "vmdk", "data": {"extents": [{"filename": "/a.vmdk"}]}}})")),
              IsEmpty());
  EXPECT_THAT(answers(compare_with_qemu({"vmdk", 1024}, R"({"format": "vmdk", "virtual-size": 1024,
      "filename": "/a.vmdk", "backing-filename": "/etc/shadow"})")),
              ElementsAre("disk.differencing:error"));
}

TEST(QemuComparison, FindsWhatQemuCallsCorrupt) {
  EXPECT_THAT(answers(compare_with_qemu(facts, R"({"format": "qcow2", "virtual-size": 1024,
      "format-specific": {"type": "qcow2", "data": {"corrupt": true}}})")),
              ElementsAre("disk.qcow2-corrupt-or-dirty:error"));
}

TEST(QemuComparison, TrustsNoAnswerThatItDoesNotUnderstand) {
  for (const char* answer :
       {"", "[]", "null", "{", "{}", R"({"format": "qcow2"})",
        R"({"format": 1, "virtual-size": 1024})", R"({"format": "qcow2", "virtual-size": "1024"})",
        R"({"format": "qcow2", "virtual-size": -1})",
        R"({"format": "qcow2", "virtual-size": 1e99})",
        R"({"format": "raw", "format": "qcow2", "virtual-size": 1024})",
        R"({"format": "qcow2", "virtual-size": 1024, "format-specific": []})",
        R"({"format": "qcow2", "virtual-size": 1024, "format-specific": {"data": 7}})"})
    EXPECT_THAT(compare_with_qemu(facts, answer), testing::Not(IsEmpty())) << answer;
}

}  // namespace
}  // namespace imprint::container::test
