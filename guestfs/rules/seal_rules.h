#pragma once
// The family seal.*: what a template must not carry into every machine that is made of it. None of
// it keeps a machine from booting; a profile says what a cloud refuses.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

// Its parts, one file each.
std::span<const Rule> seal_account_rules();     ///< passwords and accounts
std::span<const Rule> seal_password_rules();    ///< passwords that everybody knows
std::span<const Rule> seal_key_rules();         ///< keys and credentials
std::span<const Rule> seal_identity_rules();    ///< what makes one machine this machine
std::span<const Rule> seal_trace_rules();       ///< what somebody left behind
std::span<const Rule> seal_permission_rules();  ///< who may write and run what
std::span<const Rule> seal_service_rules();     ///< what listens, runs and trusts

// How the parts look at a guest. What cannot be looked at goes into the answer's `undetermined`;
// what is not there, of the wrong type, or too large to list is nothing.

/// A file or folder after its links.
std::optional<guest::FileInfo> look_at(const Context& context, std::string_view path,
                                       Answer& answer);

struct FolderFile {
  std::string path;
  std::string name;
  guest::FileInfo info;
};
/// What lies directly in a folder, whose own links are followed; at most 2000 entries.
std::vector<FolderFile> files_in(const Context& context, std::string_view folder, Answer& answer);

/// The text of a regular file of at most `limit` bytes; longer ones, such as disk images that were
/// named like a configuration, are nothing.
std::optional<std::string> text_of_file(const Context& context, std::string_view path,
                                        Answer& answer, std::uint64_t limit = 256 * 1024);

/// Whether a field of shadow(5) holds something that a password could match: not empty, not locked.
bool holds_password(std::string_view field);

/// Lines of NIS, which mean "and all of the network's users".
bool is_network_line(std::string_view name);

}  // namespace imprint::rules
