#pragma once

#include <string>
#include <string_view>

#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

/// The machine that an ELF file is for, as `uname -m` calls it: "x86_64". Empty for other files and
/// machines. Pure.
std::string elf_architecture(std::string_view first_bytes);

/// By the first of the guest's own programs that tells; empty if none does.
std::string detect_architecture(guest::FollowingFs& fs);

}  // namespace imprint::facts
