#include "agent/model/json.h"
#include "guestfs/container/bytes.h"
#include "guestfs/container/gate.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

std::string shown(std::string_view text) {
  return printable(std::as_bytes(std::span{text}));
}

Finding not_understood(std::string_view reason) {
  return finding_of("disk.format-mismatch",
                    say("the answer of qemu-img info is not understood: {}", reason));
}

std::string value_of(const Json& value) {
  return shown(value.is_string() ? value.get<std::string>() : dump_json(value));
}

void check_format(const ContainerFacts& facts, const Json& info, std::vector<Finding>& findings) {
  const auto format = info.find("format");
  if (format == info.end() || !format->is_string()) {
    findings.push_back(not_understood(say("it has no 'format'")));
    return;
  }
  if (*format != qemu_name(facts.format))
    findings.push_back(finding_of(
        "disk.format-mismatch",
        say("the bytes are {}, but QEMU reads them as {}", facts.format, value_of(*format))));
}

void check_size(const ContainerFacts& facts, const Json& info, std::vector<Finding>& findings) {
  const auto size = info.find("virtual-size");
  if (size == info.end() || !size->is_number_integer()) {
    findings.push_back(not_understood(say("it has no 'virtual-size'")));
    return;
  }
  if (*size != facts.virtual_size)
    findings.push_back(finding_of("disk.format-mismatch",
                                  say("the header says {} bytes of virtual size, but QEMU sees {}",
                                      facts.virtual_size, value_of(*size))));
}

void check_backing(const ContainerFacts& facts, const Json& info, std::vector<Finding>& findings) {
  for (const char* key : {"backing-filename", "full-backing-filename", "backing-image"}) {
    const auto name = info.find(key);
    if (name == info.end() || name->is_null()) continue;
    findings.push_back(
        finding_of(facts.format == "qcow2" ? "disk.qcow2-backing-file" : "disk.differencing",
                   say("QEMU sees a backing file: '{}'", value_of(*name))));
    return;
  }
}

/// A VMDK's one extent is the file itself.
bool is_the_file(const Json& extents, const Json& info) {
  if (!extents.is_array() || extents.size() != 1 || !extents[0].is_object()) return false;
  const auto extent = extents[0].find("filename");
  const auto file = info.find("filename");
  return extent != extents[0].end() && file != info.end() && file->is_string() && *extent == *file;
}

void check_extents(const Json& info, const Json& data, std::vector<Finding>& findings) {
  const auto extents = data.find("extents");
  if (extents == data.end() || extents->is_null() || is_the_file(*extents, info)) return;
  findings.push_back(finding_of("disk.format-mismatch",
                                say("QEMU sees extents in other files: {}", value_of(*extents))));
}

void check_specific(const Json& info, std::vector<Finding>& findings) {
  const auto specific = info.find("format-specific");
  if (specific == info.end() || specific->is_null()) return;
  const auto data = specific->is_object() ? specific->find("data") : specific->end();
  if (!specific->is_object() || data == specific->end() || !data->is_object()) {
    findings.push_back(not_understood(say("its 'format-specific' has no 'data'")));
    return;
  }
  if (const auto file = data->find("data-file"); file != data->end() && !file->is_null())
    findings.push_back(finding_of("disk.qcow2-data-file",
                                  say("QEMU sees an external data file: '{}'", value_of(*file))));
  if (data->value("corrupt", Json{}) == Json(true))
    findings.push_back(
        finding_of("disk.qcow2-corrupt-or-dirty", say("QEMU sees the image as corrupt")));
  check_extents(info, *data, findings);
}

}  // namespace

std::vector<Finding> compare_with_qemu(const ContainerFacts& facts,
                                       std::string_view qemu_img_info) {
  const auto info = parse_json(qemu_img_info);
  if (!info) return {not_understood(info.error().message)};
  if (!info->is_object()) return {not_understood(say("it is not an object"))};
  std::vector<Finding> findings;
  check_format(facts, *info, findings);
  check_size(facts, *info, findings);
  check_backing(facts, *info, findings);
  check_specific(*info, findings);
  return findings;
}

}  // namespace imprint::container
