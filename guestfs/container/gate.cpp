#include "guestfs/container/gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr Format raw{"raw", nullptr, judge_raw};

bool names_format(std::string_view declared, std::string_view format) {
  return declared == format || declared == qemu_name(format);
}

std::vector<const Format*> matches_of(const Probe& probe) {
  std::vector<const Format*> matches;
  for (const Format& format : formats())
    if (format.recognise(probe)) matches.push_back(&format);
  return matches;
}

Finding polyglot(const std::vector<const Format*>& matches) {
  std::vector<std::string_view> names;
  for (const Format* format : matches) names.push_back(format->name);
  return finding_of("disk.multiple-formats",
                    say("the file is at once: {}", fmt::join(names, ", ")));
}

Result<> judge_bytes(ByteSource& source, const std::optional<std::string>& declared,
                     GateReport& report) {
  if (source.size() == 0) {
    report.findings.push_back(finding_of("disk.blank", say("the file is empty (0 bytes)")));
    return {};
  }
  const Probe probe = TRY(Probe::look_at(source));
  const auto matches = matches_of(probe);
  if (matches.size() > 1) {
    report.findings.push_back(polyglot(matches));
    return {};
  }
  const Format& format = matches.empty() ? raw : *matches.front();
  report.container.format = format.name;
  if (declared && !names_format(*declared, format.name))
    report.findings.push_back(finding_of(
        "disk.format-mismatch", say("the image was declared as '{}', but its bytes are {}",
                                    printable(std::as_bytes(std::span{*declared})), format.name)));
  return format.judge(probe, report);
}

}  // namespace

std::string_view qemu_name(std::string_view format) {
  return format == "vhd" ? "vpc" : format;
}

GateReport judge(ByteSource& source, const std::optional<std::string>& declared) {
  GateReport report;
  if (auto judged = judge_bytes(source, declared, report); !judged)
    report.findings.push_back(finding_of("disk.unreadable", judged.error().message));
  return report;
}

}  // namespace imprint::container
