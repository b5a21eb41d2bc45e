// Passwords and accounts that a template would give to every machine.

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/seal_rules.h"

namespace imprint::rules {
namespace {

using facts::AccountFacts;
using facts::PasswdRow;
using facts::ShadowRow;

/// Evidence of a line that may hold the digest of a password: its text is not shown.
Evidence secret_line(const facts::Place& place, std::string message) {
  Evidence evidence = evidence_at(place, std::move(message));
  evidence.text.clear();
  return evidence;
}

std::optional<Answer> no_shadow(const AccountFacts& accounts) {
  if (accounts.shadow.is_unreadable()) return unreadable(accounts.shadow);
  if (accounts.passwd.is_unreadable()) return unreadable(accounts.passwd);
  // Of files that are missing other rules speak.
  if (accounts.shadows.empty() || accounts.users.empty()) return Answer::not_applied();
  return std::nullopt;
}

Answer password_set(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  if (auto answer = no_shadow(accounts)) return *std::move(answer);
  Answer answer;
  for (const ShadowRow& row : accounts.shadows)
    if (row.fields == 9 && holds_password(row.password))
      answer.fired.push_back(secret_line(row.place, say("'{}' has a password", row.name)));
  return answer;
}

/// The names whose line in passwd sends to shadow, and whose shell lets somebody in.
std::set<std::string_view> names_that_log_in(const AccountFacts& accounts) {
  std::set<std::string_view> names;
  for (const PasswdRow& user : accounts.users)
    if (user.password == "x" && !is_network_line(user.name) && facts::is_login_shell(user.shell))
      names.insert(user.name);
  return names;
}

Answer password_empty(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  if (auto answer = no_shadow(accounts)) return *std::move(answer);
  const std::set<std::string_view> names = names_that_log_in(accounts);
  Answer answer;
  for (const ShadowRow& row : accounts.shadows)
    if (row.fields == 9 && row.password.empty() && names.contains(row.name))
      answer.fired.push_back(secret_line(row.place, say("'{}' needs no password", row.name)));
  return answer;
}

struct GroupRow {
  facts::Place place;
  std::string name;
  std::optional<std::uint32_t> gid;
};

std::vector<GroupRow> read_groups(const Context& context, Answer& answer) {
  std::vector<GroupRow> rows;
  const facts::SourceFile file = facts::read_source(context.fs, "/etc/group");
  if (file.is_unreadable()) answer.undetermined.push_back(facts::describe_state(file));
  for (const facts::TextLine& line : facts::split_lines(file.text)) {
    const std::string_view content = facts::trim(line.text);
    if (content.empty() || content.starts_with('#')) continue;
    const std::vector<std::string> fields = facts::split_at(content, ':');
    rows.push_back({facts::place_of(file.path, line), fields[0],
                    fields.size() > 2 ? facts::parse_number(fields[2]) : std::nullopt});
  }
  return rows;
}

/// Whoever uses NIS has these on purpose; for everybody else they are an open door.
template <class Row>
void judge_network_lines(const std::vector<Row>& rows, Answer& answer) {
  for (const Row& row : rows) {
    if (!row.name.starts_with('+')) continue;
    answer.fired.push_back(secret_line(row.place, say("the line stands for accounts of NIS")));
    answer.fired.back().severity = Severity::info;
  }
}

void judge_user_numbers(const std::vector<PasswdRow>& users, Answer& answer) {
  std::map<std::uint32_t, std::string_view> first;
  for (const PasswdRow& user : users) {
    // Of a second account with the number 0, and of two lines for one name, other rules speak.
    if (!user.uid || *user.uid == 0) continue;
    const auto [known, is_new] = first.emplace(*user.uid, user.name);
    if (!is_new && known->second != user.name)
      answer.fired.push_back(secret_line(user.place, say("'{}' has the user number {}, as '{}' has",
                                                         user.name, *user.uid, known->second)));
  }
}

void judge_groups(const std::vector<GroupRow>& groups, Answer& answer) {
  std::map<std::uint32_t, std::string_view> first;
  std::set<std::string_view> names;
  for (const GroupRow& group : groups) {
    if (is_network_line(group.name)) continue;
    if (!names.insert(group.name).second) {
      answer.fired.push_back(
          secret_line(group.place, say("there are two groups '{}'", group.name)));
      continue;
    }
    if (!group.gid) continue;
    const auto [known, is_new] = first.emplace(*group.gid, group.name);
    if (!is_new)
      answer.fired.push_back(
          secret_line(group.place, say("the group '{}' has the number {}, as '{}' has", group.name,
                                       *group.gid, known->second)));
  }
}

Answer legacy_plus(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  if (accounts.passwd.is_unreadable()) return unreadable(accounts.passwd);
  Answer answer;
  const std::vector<GroupRow> groups = read_groups(context, answer);
  judge_network_lines(accounts.users, answer);
  judge_network_lines(accounts.shadows, answer);
  judge_network_lines(groups, answer);
  judge_user_numbers(accounts.users, answer);
  judge_groups(groups, answer);
  return answer;
}

/// A person's account; 65534 is nobody.
bool is_person(const PasswdRow& user) {
  return user.uid && *user.uid >= 1000 && *user.uid < 60000;
}

void judge_accounts(const AccountFacts& accounts, Answer& answer) {
  for (const PasswdRow& user : accounts.users) {
    if (!user.uid || *user.uid == 0 || is_network_line(user.name) || user.shell.empty() ||
        !facts::is_login_shell(user.shell))
      continue;
    if (is_person(user))
      answer.fired.push_back(secret_line(
          user.place,
          say("'{}' is an account of a person: every machine will have it", user.name)));
    // Red Hat reserves what is below 200, Debian below 100, for accounts that nobody logs in to.
    else if (*user.uid < 100)
      answer.fired.push_back(secret_line(
          user.place,
          say("'{}' is an account of the system and has the shell '{}'", user.name, user.shell)));
  }
}

void judge_sudoers(const Context& context, const std::string& path, Answer& answer) {
  const auto text = text_of_file(context, path, answer);
  if (!text) return;
  for (const facts::TextLine& line : facts::split_lines(*text)) {
    const std::string_view content = facts::trim(line.text);
    if (content.starts_with('#')) continue;
    const std::string_view all = "NOPASSWD:";
    const std::size_t at = content.find(all);
    const bool without_password =
        at != std::string_view::npos && facts::trim(content.substr(at + all.size())) == "ALL";
    if (without_password)
      answer.fired.push_back(evidence_at(facts::place_of(path, line),
                                         say("may do everything as root without a password")));
  }
}

Answer test_accounts(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  if (accounts.passwd.is_unreadable()) return unreadable(accounts.passwd);
  if (accounts.users.empty()) return Answer::not_applied();
  Answer answer;
  judge_accounts(accounts, answer);
  judge_sudoers(context, "/etc/sudoers", answer);
  for (const FolderFile& file : files_in(context, "/etc/sudoers.d", answer))
    judge_sudoers(context, file.path, answer);
  return answer;
}

constexpr std::array rules{
    Rule{"seal.password-set", Severity::info, "no account has a password",
         "every machine has the same password, until it is given another",
         "lock the account: passwd -l", password_set},
    Rule{"seal.password-empty", Severity::warning, "no account can log in without a password",
         "anybody can log in at the console, and over the network where sshd allows it",
         "lock the account: passwd -l", password_empty},
    Rule{"seal.legacy-plus", Severity::warning,
         "accounts and groups have numbers and names of their own",
         "two accounts share their files, or accounts come from the network",
         "delete the line, or give it a number of its own", legacy_plus},
    Rule{"seal.test-accounts", Severity::info, "there are no accounts but the system's",
         "every machine has the account, and whoever knows how to log in to one can log in to all",
         "delete the account: userdel -r", test_accounts},
};

}  // namespace

std::span<const Rule> seal_account_rules() {
  return rules;
}

}  // namespace imprint::rules
