#include "guestfs/rules/shadow_lines.h"

#include <set>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::AccountFacts;
using facts::PasswdRow;
using facts::ShadowRow;
using facts::SourceFile;

Severity by_name(std::string_view name) {
  return name == "root" ? Severity::error : Severity::warning;
}

/// What stands there may be the digest of a password, so the line is never shown.
void tell(const facts::Place& place, std::string message, Severity severity, Answer& answer) {
  Evidence evidence = evidence_at(place, std::move(message));
  evidence.severity = severity;
  evidence.text.clear();
  answer.fired.push_back(std::move(evidence));
}

/// Tells the first such line, which stands for all.
void judge_bytes(const SourceFile& file, Answer& answer) {
  const facts::TextLine* returned = nullptr;
  const facts::TextLine* zero = nullptr;
  const std::vector<facts::TextLine> lines = facts::split_lines(file.text);
  for (const facts::TextLine& line : lines) {
    if (line.carriage_return && returned == nullptr) returned = &line;
    if (line.ended && zero == nullptr && line.text.find('\0') != line.text.npos) zero = &line;
  }
  if (returned != nullptr)
    tell(facts::place_of(file.path, *returned),
         say("lines end with CR LF: the CR becomes part of the last field"), Severity::error,
         answer);
  if (zero != nullptr)
    tell(facts::place_of(file.path, *zero),
         say("the line holds a NUL byte: passwd, usermod and chpasswd lose the next line with it, "
             "or "
             "cannot open the file"),
         Severity::error, answer);
}

template <class Row>
void judge_shape(const std::vector<Row>& rows, std::size_t fields, Answer& answer) {
  std::set<std::string_view> seen;
  for (const Row& row : rows) {
    if (is_nis_line(row.name)) continue;
    std::string message;
    if (row.fields != fields)
      message = say("the line of '{}' has {} fields, not {}", row.name, row.fields, fields);
    else if (row.name.empty())
      message = say("the line has no name");
    else if (!seen.insert(row.name).second)
      message = say("'{}' has a line already: the first counts", row.name);
    else
      continue;
    tell(row.place, std::move(message), by_name(row.name), answer);
  }
}

void judge_numbers(const AccountFacts& accounts, Answer& answer) {
  for (const PasswdRow& user : accounts.users) {
    if (is_nis_line(user.name) || user.fields != 7 || (user.uid && user.gid)) continue;
    tell(user.place,
         user.uid ? say("'{}' has no valid group number", user.name)
                  : say("'{}' has no valid user number", user.name),
         by_name(user.name), answer);
  }
  for (const ShadowRow& row : accounts.shadows)
    if (!is_nis_line(row.name) && row.fields == 9 && !row.has_numbers)
      tell(row.place, say("a field of '{}' after the password is no number", row.name),
           Severity::warning, answer);
}

void judge_strangers(const AccountFacts& accounts, Answer& answer) {
  if (!is_filled(accounts.passwd)) return;
  std::set<std::string_view> names;
  for (const PasswdRow& user : accounts.users) names.insert(user.name);
  for (const ShadowRow& row : accounts.shadows) {
    // Of root's missing line in passwd another rule speaks.
    if (is_nis_line(row.name) || row.fields != 9 || row.name == "root" || names.contains(row.name))
      continue;
    tell(row.place, say("'{}' has no line in '{}'", row.name, accounts.passwd.path),
         Severity::warning, answer);
  }
}

}  // namespace

bool is_filled(const SourceFile& file) {
  return file.is_read() && !file.text.empty();
}

bool is_nis_line(std::string_view name) {
  return name.starts_with('+') || name.starts_with('-');
}

Answer judge_account_lines(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  if (accounts.shadow.is_unreadable()) return unreadable(accounts.shadow);
  if (accounts.passwd.is_unreadable()) return unreadable(accounts.passwd);
  Answer answer;
  for (const SourceFile* file : {&accounts.passwd, &accounts.shadow}) {
    judge_bytes(*file, answer);
    if (file->cut)
      answer.undetermined.push_back(
          say("'{}' has {} bytes: only its beginning was judged", file->path, file->info.size));
  }
  judge_shape(accounts.users, 7, answer);
  judge_numbers(accounts, answer);
  judge_shape(accounts.shadows, 9, answer);
  judge_strangers(accounts, answer);
  return answer;
}

}  // namespace imprint::rules
