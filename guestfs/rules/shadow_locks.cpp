#include "guestfs/rules/shadow_locks.h"

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

constexpr std::uint32_t init_process = 1;

Evidence left_behind(const facts::SourceFile& lock) {
  const auto process = facts::parse_number(lock.text.substr(0, lock.text.find('\0')));
  Evidence evidence = evidence_of(
      lock.path,
      process ? say("'{}' was left behind by process {}: it is taken for held whenever a "
                    "process has that number",
                    lock.path, *process)
              : say("'{}' was left behind and names no process: it is held for ever", lock.path));
  if (process && *process != init_process) evidence.severity = Severity::warning;
  return evidence;
}

}  // namespace

Answer judge_account_locks(const Context& context) {
  Answer answer;
  for (const char* path :
       {"/etc/passwd.lock", "/etc/shadow.lock", "/etc/group.lock", "/etc/gshadow.lock"}) {
    const facts::SourceFile lock = facts::read_source(context.fs, path);
    if (lock.is_unreadable())
      answer.undetermined.push_back(lock.why);
    else if (lock.is_read())
      answer.fired.push_back(left_behind(lock));
  }
  return answer;
}

}  // namespace imprint::rules
