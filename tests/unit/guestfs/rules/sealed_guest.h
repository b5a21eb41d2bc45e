#pragma once
// A template as it should be, to plant one thing in that it must not carry.

#include <algorithm>
#include <string>
#include <vector>

#include "guestfs/facts/facts.h"
#include "guestfs/guest/memory_fs.h"
#include "guestfs/rules/engine.h"

namespace imprint::rules::test {

inline bool is_of_the_family(const std::string& rule) {
  return rule.starts_with("seal.") || rule == "pam.nullok" || rule == "shadow.hash-unsupported";
}

/// Judged by the families seal.* and what tells of logins.
struct SealedGuest {
  guest::MemoryFs fs;
  guest::Inventory inventory;

  SealedGuest() {
    fs.file("/etc/passwd",
            "root:x:0:0:root:/root:/bin/bash\n"
            "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
            "sync:x:4:65534:sync:/bin:/bin/sync\n"
            "redis:x:105:105::/var/lib/redis:/usr/sbin/nologin\n"
            "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
    fs.file("/etc/shadow", "root:*:20779:0:99999:7:::\ndaemon:*:20779:0:99999:7:::\n", 0640);
    fs.file("/etc/group", "root:x:0:\ndaemon:x:1:\nredis:x:105:\n");
    fs.folder("/root", 0700).file("/root/.bashrc", "# plain\n").folder("/root/.ssh", 0700);
    fs.folder("/var/lib/redis").folder("/tmp", 01777).folder("/var/tmp", 01777);
    fs.owner("/var/lib/redis", 105, 105);
    fs.file("/etc/machine-id", "").file("/etc/ssh/sshd_config", "UsePAM yes\n");
    fs.file("/usr/lib/systemd/systemd-journald", "x", 0755).link("/lib", "usr/lib");
    fs.file("/usr/bin/passwd", "x", 04755).file("/usr/bin/wall", "x", 02755);
    fs.file("/usr/bin/ls", "x", 0755).file("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n", 0440);
    fs.file("/var/lib/dpkg/status", "Package: base\n");
    fs.file("/etc/apt/sources.list", "deb http://deb.debian.org/debian bookworm main\n");
  }

  void add_user(const std::string& line) { append("/etc/passwd", line); }
  void append(const std::string& path, const std::string& line) {
    guest::FollowingFs following{fs};
    const std::string before = facts::read_source(following, path).text;
    fs.file(path, before + line + "\n");
  }

  Judgement judge(const Profile& profile = {}) {
    guest::FollowingFs following{fs};
    facts::Facts facts;
    facts.release = facts::read_release(following);
    facts.accounts = facts::read_accounts(following);
    facts.homes = facts::read_homes(following, facts.accounts);
    facts.permissions = facts::read_permissions(following, facts.homes);
    Judgement judgement = run_rules({inventory, following, facts}, profile);
    std::erase_if(judgement.findings,
                  [](const Finding& finding) { return !is_of_the_family(finding.rule); });
    std::erase_if(judgement.undetermined,
                  [](const Undetermined& each) { return !is_of_the_family(each.rule); });
    return judgement;
  }

  /// "rule severity path" of each finding, in the order of the table.
  std::vector<std::string> findings(const Profile& profile = {}) {
    std::vector<std::string> result;
    for (const Finding& finding : judge(profile).findings)
      result.push_back(finding.rule + " " + std::string{to_string(finding.severity)} + " " +
                       finding.path);
    return result;
  }
};

}  // namespace imprint::rules::test
