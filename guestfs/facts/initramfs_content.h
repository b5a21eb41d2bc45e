#pragma once
// Which entries of an initramfs are kept.

#include "guestfs/facts/cpio.h"
#include "guestfs/facts/initramfs.h"

namespace imprint::facts {

/// Notes one entry. Whether its content, which is small then, is wanted too.
bool note_entry(const CpioEntry& entry, InitramfsContent& content);

/// Keeps a content that was wanted.
void note_content(const CpioEntry& entry, std::string text, InitramfsContent& content);

}  // namespace imprint::facts
