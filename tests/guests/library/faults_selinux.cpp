#include "tests/guests/library/faults.h"

namespace imprint::guests {
namespace {

constexpr const char* config = "/etc/selinux/config";

}  // namespace

std::vector<Fault> selinux_faults() {
  return {
      {"selinux.policy-missing", "rhel9", "no policy", Severity::error,
       [](Guest& guest) { guest.fs.remove("/etc/selinux/targeted"); }, config, 2},
      {"selinux.policy-missing", "openeuler2203", "another policy is named", Severity::error,
       [](Guest& guest) { guest.edit(config, "SELINUXTYPE=targeted", "SELINUXTYPE=mls"); }, config,
       2},
      {"selinux.invalid-value", "centos7", "a word that is none", Severity::error,
       [](Guest& guest) { guest.edit(config, "SELINUX=disabled", "SELINUX=off"); }, config, 2},
      {"selinux.unlabelled", "rhel8", "passwd lost its label", Severity::error,
       [](Guest& guest) { guest.fs.file("/etc/passwd", guest.text_of("/etc/passwd")); }, config, 2},
      {"selinux.enabled", "aliyun2", "permissive", Severity::info,
       [](Guest& guest) { guest.edit(config, "SELINUX=disabled", "SELINUX=permissive"); }, config,
       2},
      {"selinux.autorelabel-pending", "rhel9", "/.autorelabel", Severity::info,
       [](Guest& guest) { guest.fs.file("/.autorelabel", ""); }, "/.autorelabel"},
  };
}

}  // namespace imprint::guests
