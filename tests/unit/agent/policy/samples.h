#pragma once

#include "agent/model/image.h"
#include "agent/model/instance.h"
#include "agent/model/json.h"
#include "agent/policy/image_choice.h"

namespace imprint::policy {

inline constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

inline const Sha256 digest = *Sha256::parse(std::string(64, 'a'));

inline Image image_of(const std::string& name, int version = 1) {
  const Json json{{"id", ImageId::generate().str()},
                  {"name", name},
                  {"version", version},
                  {"kind", "custom"},
                  {"owner", "uid:1000"},
                  {"region", "r1"},
                  {"digest", digest.hex()},
                  {"source_digest", digest.hex()},
                  {"file_size", 1},
                  {"virtual_size", 2 * gibibyte},
                  {"guest", to_json(GuestFacts{})},
                  {"verdict", "accepted"},
                  {"confirm", to_json(ConfirmSignal{})}};
  return *parse_image(json);
}

inline System system_of(const Image& image, const std::string& path) {
  System system{image.id, name_and_version(image), {}, {}, "iid", Firmware::bios, {}};
  system.disk.role = DiskRole::system;
  system.disk.path = path;
  system.disk.serial = "serial-of-" + path;
  system.disk.size = 2 * gibibyte;
  system.disk.base_digest = image.digest;
  return system;
}

inline Instance instance_of(const Image& image) {
  const Json json{{"id", InstanceId::generate().str()},
                  {"name", "web"},
                  {"uuid", "u"},
                  {"cpus", 1},
                  {"memory", gibibyte},
                  {"mac", "m"},
                  {"hostname", "web"},
                  {"system", to_json(system_of(image, "/s1"))}};
  return *parse_instance(json);
}

}  // namespace imprint::policy
