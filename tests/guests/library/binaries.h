#pragma once
// The bytes of what distributions install as programs, as far as anything looks at them.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace imprint::guests {

/// A first sector with that loader's text in its code; `disk_id` is an MBR's signature.
std::string boot_sector(std::string_view code, std::uint32_t disk_id = 0);
/// The start of a bzImage whose header tells that version.
std::string kernel_image(const std::string& version);
/// A sound environment block of GRUB with these lines.
std::string grubenv(const std::string& lines);
/// A PE program with these sections.
std::string pe_image(const std::vector<std::pair<std::string, std::string>>& sections);
/// The header of an ELF program for x86_64.
std::string elf_program();

/// A file of tests/guests/library/data, with some of its texts replaced wherever they stand.
std::string data(const std::string& name,
                 const std::vector<std::pair<std::string, std::string>>& replacements = {});

}  // namespace imprint::guests
