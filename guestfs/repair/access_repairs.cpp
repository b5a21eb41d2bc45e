// What keeps accounts and network from being set up, and names that cards of another machine have.

#include <algorithm>
#include <set>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/repair/repairs.h"

namespace imprint::repair {
namespace {

using guest::GuestPath;

constexpr const char* other_card =
    "Made a comment by imprint: no machine of this image has the card.";

/// Where the path leads inside the guest; as it stands if nowhere.
std::string resolved(const Draft& draft, const std::string& path) {
  const auto parsed = GuestPath::parse(path);
  const auto real = parsed ? draft.fs().resolve(*parsed) : Result<GuestPath>{parsed.error()};
  return real ? real->str() : path;
}

/// The lines that say something.
std::set<int> filled_lines(std::string_view text) {
  std::set<int> numbers;
  for (const facts::TextLine& line : facts::split_lines(text)) {
    const std::string_view content = facts::trim(line.text);
    if (!content.empty() && !content.starts_with('#')) numbers.insert(line.number);
  }
  return numbers;
}

/// A line that goes on in the next one, or is the rest of the one before.
bool is_part_of_several(std::string_view text, int number) {
  const auto lines = facts::split_lines(text);
  const auto at = static_cast<std::size_t>(number);
  if (at < 1 || at > lines.size()) return true;
  return lines[at - 1].text.ends_with('\\') || (at > 1 && lines[at - 2].text.ends_with('\\'));
}

}  // namespace

void unfreeze_accounts(Draft& draft, const Finding& finding) {
  draft.unfreeze(finding, resolved(draft, finding.path),
                 say("the file or folder must be writable for a password to be set"));
}

void unfreeze_resolver(Draft& draft, const Finding& finding) {
  if (finding.line)
    return draft.keep(finding, say("the name server is replaced as soon as DHCP names another"));
  draft.unfreeze(finding, finding.path, say("DHCP must be able to write the file"));
}

void remove_nologin(Draft& draft, const Finding& finding) {
  draft.remove(finding, finding.path, say("the file forbids logins"));
}

void remove_lock(Draft& draft, const Finding& finding) {
  draft.remove(finding, finding.path, say("no process of the image holds the lock any more"));
}

void forget_cards(Draft& draft, const Finding& finding) {
  const facts::SourceFile file = facts::read_source(draft.fs(), finding.path);
  if (!file.is_read() || file.cut || !finding.line)
    return draft.keep(finding, say("'{}' was not read in full", finding.path));
  std::set<int> others = filled_lines(file.text);
  for (const facts::PersistentName& name : draft.facts().network.persistent)
    if (name.place.path == finding.path) others.erase(name.place.line);
  const std::string reason = say("the card of another machine has a name of its own");
  // udev, or the distribution's generator, writes the file anew where it is needed.
  if (others.empty()) {
    draft.remove(finding, finding.path, reason, file.text);
    return;
  }
  if (is_part_of_several(file.text, *finding.line))
    return draft.keep(finding, say("the rule is written in several lines"));
  draft.comment_out(finding, file, *finding.line, other_card, reason);
}

}  // namespace imprint::repair
