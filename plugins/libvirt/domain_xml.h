#pragma once

#include <filesystem>
#include <string>

#include <pugixml.hpp>

#include "agent/ports/hypervisor.h"

namespace imprint::libvirt {

/// The namespace of our mark in <metadata>.
inline constexpr const char* mark_namespace = "https://imprint.dev/xmlns/domain/1";

/// What of a definition depends on the host and not on the machine.
struct Platform {
  std::string domain_type = "qemu";  ///< "kvm", "qemu", or "test" for libvirt's test driver
  std::string emulator;              ///< empty: libvirt chooses
  std::filesystem::path uefi_code;
  std::filesystem::path uefi_variables;
};

/// Guest device names are a promise to guests that use them: the system disk first, then the data
/// disks in their order; the seed comes last so that it never takes a data disk's place.
inline constexpr const char* system_target = "vda";
inline constexpr const char* seed_target = "vdz";
inline constexpr std::size_t most_data_disks = 24;
/// "vdb" for index 0.
std::string data_target(std::size_t index);

/// The whole definition. Errc::invalid: no processor, no memory, a path that is not absolute, a
/// serial that is missing, too long or used twice, more data disks than there are names.
Result<std::string> build_domain(const Machine& machine, const Platform& platform);

/// The parts that a swap replaces, each a child appended to `parent`.
void append_mark(pugi::xml_node metadata, const Machine& machine);
void append_system_disk(pugi::xml_node devices, const Disk& disk);
void append_seed(pugi::xml_node devices, const Disk& disk);
/// Loader, variables and console of the firmware, into <os>.
void append_firmware(pugi::xml_node os, const Machine& machine, const Platform& platform);

std::string to_text(const pugi::xml_document& document);

}  // namespace imprint::libvirt
