#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <pugixml.hpp>

#include "agent/ports/hypervisor.h"
#include "plugins/libvirt/domain_xml.h"

namespace imprint::libvirt {

/// Our mark, as it stands in a definition.
struct Mark {
  std::string instance;
  std::int64_t generation = 0;
};

/// A disk, as it stands in a definition.
struct DefinedDisk {
  std::string target;
  std::string path;
  std::string format;
  std::string serial;
  std::string base_path;  ///< empty: standalone
};

/// What of a definition is ours to compare. Devices that libvirt added by itself are not here.
struct Definition {
  std::optional<Mark> mark;
  int cpus = 0;
  std::uint64_t memory = 0;  ///< KiB, as libvirt keeps it
  Firmware firmware = Firmware::bios;
  std::string network;
  std::string mac;
  std::string console_log;
  std::vector<DefinedDisk> disks;

  /// Null if there is none.
  [[nodiscard]] const DefinedDisk* disk(std::string_view target) const;
};

/// Reads what libvirt says of a domain, live or inactive. Errc::corrupt: it is no domain XML.
Result<Definition> read_definition(const std::string& xml);

/// Reads the element that virDomainGetMetadata returns.
Result<Mark> read_mark(const std::string& xml);
/// The element of our namespace under <metadata>, whatever its prefix; empty if there is none.
pugi::xml_node find_mark(pugi::xml_node domain);

/// What differs, for people ("data disk 'vdb'"); nothing if all is the same. The first looks at all
/// that a swap must leave as it is, the second at what it exchanges: system disk, seed and
/// firmware.
std::optional<std::string> difference_of_rest(const Definition& definition, const Machine& machine);
std::optional<std::string> difference_of_system(const Definition& definition,
                                                const Machine& machine);

}  // namespace imprint::libvirt
