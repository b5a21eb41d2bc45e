// What listens, what runs by itself, and what is trusted.

#include <algorithm>
#include <array>

#include "guestfs/facts/sshd.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/seal_rules.h"

namespace imprint::rules {
namespace {

using facts::TextLine;
using guest::FileType;

bool means_all_addresses(std::string_view address) {
  if (address.starts_with('-')) address.remove_prefix(1);  // Redis: "if there is such a one"
  return address == "0.0.0.0" || address == "*" || address == "::" || address == "::*";
}

/// One "keyword value..." configuration; the last line of a keyword counts.
struct LastLine {
  facts::Place place;
  std::vector<std::string> values;
};

std::optional<LastLine> last_line(std::string_view text, const std::string& path,
                                  std::string_view key) {
  std::optional<LastLine> last;
  for (const TextLine& line : facts::split_lines(text)) {
    const std::string_view content = facts::trim(line.text);
    if (content.empty() || content.starts_with('#')) continue;
    std::vector<std::string> words = facts::split_at_blanks(content);
    if (words.size() < 2 || !facts::equal_without_case(words.front(), key)) continue;
    words.erase(words.begin());
    last = LastLine{facts::place_of(path, line), std::move(words)};
  }
  return last;
}

void judge_redis(const Context& context, const std::string& path, Answer& answer) {
  const auto text = text_of_file(context, path, answer);
  if (!text) return;
  const auto bind = last_line(*text, path, "bind");
  const bool asks = last_line(*text, path, "requirepass") || last_line(*text, path, "aclfile") ||
                    last_line(*text, path, "user");
  if (!bind || asks) return;
  if (std::any_of(bind->values.begin(), bind->values.end(), means_all_addresses))
    answer.fired.push_back(
        evidence_at(bind->place, say("Redis serves everybody and asks for no password")));
}

/// mongod.conf is YAML; what counts is "net.bindIp" and "security.authorization", which are words
/// of their own in it.
void judge_mongod(const Context& context, const std::string& path, Answer& answer) {
  const auto text = text_of_file(context, path, answer);
  if (!text) return;
  std::optional<facts::Place> open;
  for (const TextLine& line : facts::split_lines(*text)) {
    const std::string_view content = facts::trim(line.text);
    const std::size_t end = content.find_first_of(":=");
    if (content.starts_with('#') || end == std::string_view::npos) continue;
    const std::string_view key = facts::trim(content.substr(0, end));
    const std::string value = facts::lower(facts::trim(content.substr(end + 1)));
    if ((key == "authorization" && value.find("enabled") != std::string::npos) ||
        (key == "auth" && value.starts_with("true")) || key == "keyFile")
      return;
    if (((key == "bindIp" || key == "bind_ip") && value.find("0.0.0.0") != std::string::npos) ||
        (key == "bindIpAll" && value.starts_with("true")))
      open = facts::place_of(path, line);
  }
  if (open)
    answer.fired.push_back(
        evidence_at(*open, say("MongoDB serves everybody and asks for no password")));
}

void judge_inetd(const Context& context, Answer& answer) {
  const std::string path = "/etc/inetd.conf";
  const auto text = text_of_file(context, path, answer);
  if (!text) return;
  constexpr std::array<std::string_view, 4> plain{"telnet", "shell", "login", "exec"};
  for (const TextLine& line : facts::split_lines(*text)) {
    const std::vector<std::string> words = facts::split_at_blanks(line.text);
    if (words.size() > 5 && std::find(plain.begin(), plain.end(), words.front()) != plain.end())
      answer.fired.push_back(
          evidence_at(facts::place_of(path, line), say("a service takes passwords in plain text")));
  }
}

void judge_xinetd(const Context& context, Answer& answer) {
  for (const char* path : {"/etc/xinetd.d/telnet", "/etc/xinetd.d/rsh", "/etc/xinetd.d/rlogin",
                           "/etc/xinetd.d/rexec"}) {
    const auto text = text_of_file(context, path, answer);
    if (!text) continue;
    bool is_disabled = false;
    for (const TextLine& line : facts::split_lines(*text)) {
      const std::vector<std::string> words = facts::split_at_blanks(line.text);
      if (words.size() == 3 && words[0] == "disable") is_disabled = words[2] == "yes";
    }
    if (!is_disabled)
      answer.fired.push_back(evidence_of(path, say("a service takes passwords in plain text")));
  }
}

void judge_sockets(const Context& context, Answer& answer) {
  constexpr std::array<std::string_view, 4> plain{"telnet.socket", "rsh.socket", "rlogin.socket",
                                                  "rexec.socket"};
  for (const FolderFile& file :
       files_in(context, "/etc/systemd/system/sockets.target.wants", answer))
    if (std::find(plain.begin(), plain.end(), file.name) != plain.end())
      answer.fired.push_back(
          evidence_of(file.path, say("a service takes passwords in plain text")));
}

Answer open_services(const Context& context) {
  Answer answer;
  for (const char* path : {"/etc/redis/redis.conf", "/etc/redis.conf"})
    judge_redis(context, path, answer);
  for (const char* path : {"/etc/mongod.conf", "/etc/mongodb.conf"})
    judge_mongod(context, path, answer);
  judge_inetd(context, answer);
  judge_xinetd(context, answer);
  judge_sockets(context, answer);
  const facts::SshdConfig sshd = facts::read_sshd_config(context.fs);
  const facts::SshdSetting* empty = sshd.find("permitemptypasswords");
  if (empty != nullptr && !empty->values.empty() &&
      facts::equal_without_case(empty->values.front(), "yes"))
    answer.fired.push_back(
        evidence_at(empty->place, say("sshd lets accounts without a password in")));
  return answer;
}

bool any_file(const Context& context, std::string_view folder,
              std::initializer_list<std::string_view> endings, Answer& answer) {
  const std::vector<FolderFile> files = files_in(context, folder, answer);
  return std::any_of(files.begin(), files.end(), [&](const FolderFile& file) {
    return file.info.type != FileType::folder && file.info.size > 0 &&
           std::any_of(endings.begin(), endings.end(),
                       [&](std::string_view ending) { return file.name.ends_with(ending); });
  });
}

bool has_line(const Context& context, std::string_view path, Answer& answer) {
  const auto text = text_of_file(context, path, answer);
  if (!text) return false;
  const auto lines = facts::split_lines(*text);
  return std::any_of(lines.begin(), lines.end(), [](const TextLine& line) {
    const std::string_view content = facts::trim(line.text);
    return !content.empty() && !content.starts_with('#');
  });
}

/// A package manager, and where it is told from where packages come.
struct Manager {
  std::string_view database;  ///< there where packages are installed with it
  std::string_view file;      ///< of its sources; may be empty
  std::string_view folder;    ///< likewise
  std::string_view ending;
};

constexpr std::array managers{
    Manager{"/var/lib/dpkg/status", "/etc/apt/sources.list", "/etc/apt/sources.list.d", ".list"},
    Manager{"/var/lib/dpkg/status", "", "/etc/apt/sources.list.d", ".sources"},
    Manager{"/var/lib/rpm", "", "/etc/yum.repos.d", ".repo"},
    Manager{"/var/lib/rpm", "", "/etc/zypp/repos.d", ".repo"},
    Manager{"/usr/lib/sysimage/rpm", "", "/etc/yum.repos.d", ".repo"},
    Manager{"/usr/lib/sysimage/rpm", "", "/etc/zypp/repos.d", ".repo"},
    Manager{"/lib/apk/db/installed", "/etc/apk/repositories", "", ""},
    Manager{"/var/lib/pacman", "/etc/pacman.conf", "", ""},
};

Answer packages(const Context& context) {
  Answer answer;
  const Manager* found = nullptr;
  for (const Manager& manager : managers) {
    if (!look_at(context, manager.database, answer)) continue;
    if (found == nullptr) found = &manager;
    const bool is_told =
        (!manager.file.empty() && has_line(context, manager.file, answer)) ||
        (!manager.folder.empty() && any_file(context, manager.folder, {manager.ending}, answer));
    if (is_told) return answer;
  }
  // A commit of ostree is updated as a whole.
  if (found == nullptr || look_at(context, "/ostree", answer)) {
    answer.not_applicable = true;
    return answer;
  }
  const std::string_view where = found->file.empty() ? found->folder : found->file;
  answer.fired.push_back(
      evidence_of(std::string{where}, say("no source of packages is configured")));
  return answer;
}

bool names_miner(std::string_view text) {
  constexpr std::array<std::string_view, 9> names{"xmrig",    "kdevtmpfsi",  "kinsing",
                                                  "minerd",   "stratum+tcp", "cryptonight",
                                                  "watchbog", "xmr-stak",    "nbminer"};
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return text.find(name) != std::string_view::npos;
  });
}

void judge_job_file(const Context& context, const std::string& path, Answer& answer) {
  const auto text = text_of_file(context, path, answer);
  if (!text) return;
  for (const TextLine& line : facts::split_lines(*text)) {
    const std::string_view content = facts::trim(line.text);
    if (content.starts_with('#') || !names_miner(facts::lower(content))) continue;
    // The line holds an account at a pool, and may hold its password.
    answer.fired.push_back(
        evidence_at({path, line.number, {}}, say("starts a program that mines coins")));
    return;
  }
}

constexpr std::array<const char*, 3> crontab_folders{"/var/spool/cron", "/var/spool/cron/crontabs",
                                                     "/var/spool/cron/tabs"};

Answer miner_heuristics(const Context& context) {
  Answer answer;
  const std::string preload = "/etc/ld.so.preload";
  if (const auto text = text_of_file(context, preload, answer))
    for (const TextLine& line : facts::split_lines(*text)) {
      const std::string_view content = facts::trim(line.text);
      if (content.empty() || content.starts_with('#')) continue;
      Evidence evidence = evidence_at(facts::place_of(preload, line),
                                      say("every program loads this library first"));
      evidence.effect = say("the library can change what any program does, and hide itself");
      answer.fired.push_back(std::move(evidence));
    }
  for (const char* path : {"/etc/crontab", "/etc/rc.local", "/etc/rc.d/rc.local"})
    judge_job_file(context, path, answer);
  for (const char* folder : crontab_folders)
    for (const FolderFile& file : files_in(context, folder, answer))
      judge_job_file(context, file.path, answer);
  for (const FolderFile& file : files_in(context, "/etc/cron.d", answer))
    judge_job_file(context, file.path, answer);
  return answer;
}

/// Lines of a crontab that start something; Alpine's own only call run-parts.
int jobs_in(std::string_view text) {
  int jobs = 0;
  for (const TextLine& line : facts::split_lines(text)) {
    const std::string_view content = facts::trim(line.text);
    const bool is_time = !content.empty() && (content.front() == '*' || content.front() == '@' ||
                                              (content.front() >= '0' && content.front() <= '9'));
    if (is_time && content.find("run-parts") == std::string_view::npos) ++jobs;
  }
  return jobs;
}

Answer cron_at(const Context& context) {
  Answer answer;
  for (const char* folder : crontab_folders)
    for (const FolderFile& file : files_in(context, folder, answer)) {
      const auto text = text_of_file(context, file.path, answer);
      const int jobs = text ? jobs_in(*text) : 0;
      if (jobs > 0)
        answer.fired.push_back(evidence_of(file.path, say("'{}' starts {} jobs", file.path, jobs)));
    }
  for (const char* folder : {"/var/spool/at", "/var/spool/cron/atjobs", "/var/spool/atjobs"})
    for (const FolderFile& file : files_in(context, folder, answer))
      if (file.info.type == FileType::regular && !file.name.starts_with('.'))
        answer.fired.push_back(evidence_of(file.path, say("'{}' is a job of at", file.path)));
  return answer;
}

Answer ca_certs(const Context& context) {
  Answer answer;
  for (const char* folder : {"/usr/local/share/ca-certificates", "/etc/pki/ca-trust/source/anchors",
                             "/etc/pki/trust/anchors", "/etc/ca-certificates/trust-source/anchors"})
    for (const FolderFile& file : files_in(context, folder, answer))
      if (file.info.type == FileType::regular && file.info.size > 0)
        answer.fired.push_back(evidence_of(
            file.path, say("'{}' is trusted beside the distribution's own", file.path)));
  return answer;
}

constexpr std::array rules{
    Rule{"seal.open-services", Severity::warning, "no service is open to everybody",
         "whoever reaches the machine can use the service", "let it ask for a password, or stop it",
         open_services},
    Rule{"seal.packages", Severity::info, "there is a source of packages",
         "a machine gets no corrections", "configure the distribution's repositories", packages},
    Rule{"seal.miner-heuristics", Severity::warning, "nothing looks like malware",
         "every machine works for somebody else", "make the image anew from a clean one",
         miner_heuristics},
    Rule{"seal.cron-at", Severity::info, "no user has jobs",
         "every machine does them, at the same time", "delete the file", cron_at},
    Rule{"seal.ca-certs", Severity::info, "only the distribution's authorities are trusted",
         "whoever holds that authority's key can pass for any server",
         "delete the file if nobody asked for it", ca_certs},
};

}  // namespace

std::span<const Rule> seal_service_rules() {
  return rules;
}

}  // namespace imprint::rules
