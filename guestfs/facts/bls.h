#pragma once
// Entries of the Boot Loader Specification, type 1: loader/entries/*.conf.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/boot_tree.h"

namespace imprint::facts {

/// A value with the line that it stands on.
struct BlsValue {
  std::string text;
  Place place;
};

struct BlsEntry {
  std::string file;  ///< its path in the guest
  std::string id;    ///< its name without ".conf" and without counters of attempts ("+3-1")
  std::string title;
  std::string version;
  std::string sort_key;
  std::string machine_id;
  std::vector<std::string> architectures;  ///< as the firmware calls them: "x64"
  std::optional<BlsValue> linux;
  std::optional<BlsValue> efi;    ///< "efi", "uki": a program instead of a kernel
  std::vector<BlsValue> initrds;  ///< of all lines, in order
  std::vector<BlsValue> options;  ///< of all lines, in order
  bool tries_left = true;         ///< false: all attempts are used up
};

/// Pure; never fails: lines that mean nothing are skipped.
BlsEntry parse_bls_entry(std::string_view text, const std::string& path);

/// Reads every *.conf of a folder, unsorted. What cannot be read is told in `problems` as
/// boot.bls-entry-invalid.
std::vector<BlsEntry> read_bls_folder(const BootTree& tree, const guest::GuestPath& folder,
                                      std::vector<BootProblem>& problems);

/// Why a loader leaves the entry out of its menu; empty if it does not.
std::string bls_fault(const BlsEntry& entry);

/// Compares versions as rpm does: <0, 0, >0. Pure.
int compare_versions(std::string_view a, std::string_view b);

/// As GRUB orders its menu: by file name, taken apart as NAME-VERSION-RELEASE, the highest first.
void sort_for_grub(std::vector<BlsEntry>& entries);
/// Compares as the UAPI group's version format specification says: <0, 0, >0. "a.conf" is above
/// "a-b.conf". Pure.
int compare_uapi_versions(std::string_view a, std::string_view b);
/// Whether systemd-boot lists `a` before `b`: by sort-key, machine-id and version; without a
/// sort-key by the file's name, its suffix included; entries without attempts left last. Unified
/// kernels stand in the same list.
bool is_listed_before(const BlsEntry& a, const BlsEntry& b);

}  // namespace imprint::facts
