#pragma once
// The registry of a healthy Windows guest, to plant one fault in.

#include <map>
#include <string>

#include "tests/guests/library/guest.h"
#include "tests/guests/library/hive.h"

namespace imprint::guests {

using HiveKeys = std::map<std::string, HiveValues>;

HiveKeys windows_system_keys();
HiveKeys windows_software_keys();
/// Replaces the guest's hive.
void set_windows_system(Guest& guest, const HiveKeys& keys);
void set_windows_software(Guest& guest, const HiveKeys& keys);

}  // namespace imprint::guests
