#pragma once
// A rule reads the facts of one guest and answers. Rules are code; what a cloud thinks of them is
// data (guestfs/profiles).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/report.h"
#include "guestfs/facts/facts.h"
#include "guestfs/guest/guest_fs.h"
#include "guestfs/guest/inventory.h"

namespace imprint::rules {

/// Where a rule fired: the evidence.
struct Evidence {
  std::string path;
  std::optional<int> line;
  std::string text;
  std::string message;
  std::optional<std::string> effect;  ///< where it is more exact than the rule's own
  std::optional<std::string> hint;    ///< likewise
  std::optional<Severity>
      severity;  ///< where this case is less (or more) grave than the rule's default
};

/// One rule's answer. `fired` and `undetermined` may both hold something; neither: clean, unless
/// not applicable.
struct Answer {
  std::vector<Evidence> fired;
  std::vector<std::string> undetermined;  ///< reasons
  bool not_applicable = false;

  static Answer clean() { return {}; }
  static Answer not_applied() { return {{}, {}, true}; }
  static Answer unknown(std::string reason) { return {{}, {std::move(reason)}, false}; }
};

/// The thresholds of a profile; nothing: no limit.
struct Limits {
  std::optional<std::uint64_t> min_disk_size;  ///< bytes that the first disk has at least
  std::optional<std::uint64_t> max_disk_size;  ///< and at most
  std::vector<std::string> root_filesystems;   ///< types that the root may have; empty: any
  std::vector<std::string> firmware;       ///< "bios", "uefi": what machines start by; empty: any
  std::vector<std::string> architectures;  ///< as `uname -m` calls them; empty: any
  std::vector<std::string> datasources;    ///< of cloud-init, that the machines offer; empty: any
  std::optional<std::uint32_t> mtu;        ///< bytes, of the network that machines are put in
  std::optional<std::uint64_t> min_free_space;    ///< bytes that the root has left at least
  std::optional<std::uint64_t> min_free_inodes;   ///< likewise
  std::optional<std::uint32_t> max_used_percent;  ///< of the room and the inodes of file systems
};

/// Files and systemd units, or services of other inits.
struct Things {
  std::vector<std::string> paths;
  std::vector<std::string> units;
};

/// What the image is said to hold.
struct Declared {
  std::string id;       ///< as os-release writes ID: "centos"; empty: anything
  std::string version;  ///< VERSION_ID, or what stands before its first dots; empty: any
};

/// What a profile wants to find in a guest, and what not.
struct Demands {
  std::string cloud;  ///< whose agents are no strangers: "alibaba", "jdcloud"; empty: nobody's
  Things required;
  Things forbidden;
  Declared declared = {};
};

/// All that rules may look at. `facts` was read once, before the rules ran.
struct Context {
  const guest::Inventory& inventory;
  guest::FollowingFs& fs;  ///< of the one system that was found
  const facts::Facts& facts;
  Limits limits = {};  ///< set by run_rules from the profile, as what follows
  Demands demands = {};
};

struct Rule {
  std::string_view id;      ///< "fstab.device-not-in-image"
  Severity severity;        ///< by default; a profile may change it
  std::string_view title;   ///< one line: what it checks
  std::string_view effect;  ///< what happens at boot if it fires
  std::string_view hint;    ///< what to do
  /// Null for rules that are answered before there is a guest to look at: by the container gate,
  /// and while looking for systems. Whoever answers them makes the findings with make_finding
  /// (engine.h).
  Answer (*evaluate)(const Context&);
};

}  // namespace imprint::rules
