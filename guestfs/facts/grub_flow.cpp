// Where a script goes on: conditions, loops, and the commands that leave them.

#include <algorithm>

#include "guestfs/facts/grub_commands.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

/// The texts that a value can have; nothing where they are not known.
std::vector<std::string> choices_of(const GrubValue& value) {
  return value.known ? std::vector{value.text} : value.choices;
}

/// What a variable holds behind two arms of which either may have run.
GrubValue either(const GrubValue& a, const GrubValue& b) {
  constexpr std::size_t most_choices = 8;
  GrubValue result{a.text.empty() ? b.text : a.text, false};
  std::vector<std::string> left = choices_of(a);
  const std::vector<std::string> right = choices_of(b);
  if (left.empty() || right.empty()) return result;
  for (const std::string& text : right)
    if (std::find(left.begin(), left.end(), text) == left.end()) left.push_back(text);
  if (left.size() <= most_choices) result.choices = std::move(left);
  return result;
}

bool same_loaded(const GrubLoaded& a, const GrubLoaded& b) {
  const auto same_file = [](const BootFile& x, const BootFile& y) {
    return x.written == y.written && x.path == y.path;
  };
  return a.kernel.has_value() == b.kernel.has_value() &&
         (!a.kernel || same_file(*a.kernel, *b.kernel)) && a.cmdline == b.cmdline &&
         a.hands_over == b.hands_over &&
         std::equal(a.initrds.begin(), a.initrds.end(), b.initrds.begin(), b.initrds.end(),
                    same_file);
}

/// The only argument of "break", "return" and "shift": 1 without one, or `without`; nothing where
/// GRUB refuses it.
std::optional<std::uint32_t> count_of(GrubWords words, std::uint32_t without) {
  if (words.size() < 2) return without;
  return words.size() == 2 ? parse_number(words[1].text) : std::nullopt;
}

}  // namespace

void GrubMachine::run_condition(const GrubCommand& command, std::size_t branch) {
  for (; branch < command.branches.size(); ++branch) {
    run_block(command.branches[branch].condition);
    if (stopped()) return;
    if (status_ == Truth::unknown) return run_undecided(command, branch);
    if (status_ == Truth::yes) return run_block(command.branches[branch].body);
  }
  status_ = Truth::yes;
  run_block(command.block);
}

void GrubMachine::run_undecided(const GrubCommand& command, std::size_t branch) {
  if (++forks_ > most_forks || depth_ >= most_levels) return exhaust();
  ++depth_;
  ++uncertain_;
  const State before = state_;
  run_block(command.branches[branch].body);
  stay();
  State taken = std::exchange(state_, before);
  run_condition(command, branch + 1);
  stay();
  --uncertain_;
  --depth_;
  merge(taken);
  status_ = Truth::unknown;
}

void GrubMachine::merge(const State& other) {
  for (const auto& [name, value] : other.variables) {
    const auto mine = state_.variables.find(name);
    if (mine == state_.variables.end())
      state_.variables[name] = either({}, value);
    else if (!(mine->second == value))
      mine->second = either(mine->second, value);
  }
  for (auto& [name, value] : state_.variables)
    if (!other.variables.contains(name)) value = either(value, {});
  state_.exported.insert(other.exported.begin(), other.exported.end());
  if (!state_.failed_search) state_.failed_search = other.failed_search;
  if (same_loaded(state_.loaded, other.loaded)) return;
  if (other.loaded.kernel) state_.loaded = other.loaded;
  state_.loaded.undecided =
      say("what it loads depends on a condition that only the running machine can decide");
}

void GrubMachine::stay() {
  returning_ = false;
  leaving_loops_ = 0;
}

bool GrubMachine::next_round() {
  if (continuing_ && leaving_loops_ == 1) leaving_loops_ = 0;
  return !stopped();
}

void GrubMachine::end_loop() {
  --loops_;
  if (leaving_loops_ > 0) --leaving_loops_;
}

void GrubMachine::run_while(const GrubCommand& command) {
  const bool until = command.kind == GrubCommand::Kind::loop_until;
  ++loops_;
  while (spend_step()) {
    run_block(command.branches[0].condition);
    const Truth condition = until ? !status_ : status_;
    if (stopped() || condition == Truth::no) break;
    if (condition == Truth::unknown) {
      run_undecided(command, 0);
      break;
    }
    run_block(command.branches[0].body);
    if (!next_round()) break;
  }
  end_loop();
}

void GrubMachine::run_for(const GrubCommand& command) {
  const std::vector<GrubValue> words = expand(command.words);
  ++loops_;
  for (std::size_t i = 1; i < words.size() && spend_step(); ++i) {
    set(words[0].text, words[i]);
    run_block(command.block);
    if (!next_round()) break;
  }
  end_loop();
}

void GrubFlowCommands::leave_loops(GrubMachine& m, GrubWords words) {
  const auto count = count_of(words, 1);
  m.status_ = count && *count > 0 ? Truth::yes : Truth::no;
  if (m.status_ == Truth::no) return;
  m.continuing_ = words[0].text == "continue";
  m.leaving_loops_ = static_cast<int>(std::min<std::uint32_t>(m.loops_, *count));
}

void GrubFlowCommands::leave_function(GrubMachine& m, GrubWords words) {
  const Truth before = m.status_;
  const auto result = count_of(words, 0);
  m.returning_ = result && !m.positional_.empty();
  if (!m.returning_)
    m.status_ = Truth::no;
  else if (words.size() > 1)
    m.status_ = *result == 0 ? Truth::yes : Truth::no;
  else
    m.status_ = before;
}

void GrubFlowCommands::shift(GrubMachine& m, GrubWords words) {
  const auto count = count_of(words, 1);
  const bool can = m.positional_.empty() || (count && *count <= m.positional_.back().size());
  m.status_ = can ? Truth::yes : Truth::no;
  if (m.positional_.empty() || !can) return;
  auto& arguments = m.positional_.back();
  arguments.erase(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(*count));
}

void GrubFlowCommands::set_arguments(GrubMachine& m, GrubWords words) {
  m.status_ = m.positional_.empty() ? Truth::no : Truth::yes;
  if (!m.positional_.empty()) m.positional_.back().assign(words.begin() + 1, words.end());
}

void GrubFlowCommands::evaluate(GrubMachine& m, GrubWords words) {
  std::string text;
  for (const GrubValue& word : words.subspan(1)) {
    if (!word.known) {
      m.status_ = Truth::unknown;
      return m.problem("boot.grub2-parse", m.here(),
                       say("what 'eval' runs depends on the running machine"), true);
    }
    text += (text.empty() ? "" : " ") + word.text;
  }
  auto source = std::make_unique<GrubSource>();
  source->evaluated = m.here();
  source->path = source->evaluated->path;
  m.run_text(std::move(source), std::move(text));
}

}  // namespace imprint::facts
