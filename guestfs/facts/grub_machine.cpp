#include "guestfs/facts/grub_machine.h"

#include <algorithm>

#include "guestfs/facts/grub_device.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::Match;

namespace {

constexpr std::size_t most_steps = 100'000;
constexpr std::size_t most_forks = 2'000;
constexpr std::size_t most_bytes = std::size_t{16} << 20;
constexpr std::size_t longest_value = std::size_t{64} << 10;
constexpr std::size_t most_variables = 2'000;
constexpr int most_levels = 24;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

bool is_assignment(const GrubValue& word) {
  const std::size_t equals = word.text.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  return std::all_of(word.text.begin(), word.text.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '_';
                     });
}

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

}  // namespace

Place GrubSource::place(int line) const {
  Place place{path, line, {}};
  if (line < 1 || static_cast<std::size_t>(line) > lines.size()) return place;
  std::string_view text_line = lines[static_cast<std::size_t>(line) - 1];
  const std::size_t begin = text_line.find_first_not_of(" \t");
  if (begin != std::string_view::npos) place.text = std::string{text_line.substr(begin, 1024)};
  while (place.text.ends_with('\r')) place.text.pop_back();
  return place;
}

GrubMachine::GrubMachine(const BootTree& tree, std::string platform) : tree_{tree} {
  for (const char* feature :
       {"feature_chainloader_bpb", "feature_ntldr", "feature_platform_search_hint",
        "feature_default_font_path", "feature_all_video_module", "feature_menuentry_id",
        "feature_menuentry_options", "feature_200_final", "feature_nativedisk_cmd",
        "feature_timeout_style"})
    set_exported(feature, {"y", true});
  set_exported("grub_platform", {platform.empty() ? "pc" : platform, !platform.empty()});
  set_exported("grub_cpu", {platform == "efi" ? "x86_64" : "i386", !platform.empty()});
  for (const char* name : {"root", "prefix", "cmdpath", "config_file", "config_directory", "chosen",
                           "color_normal", "color_highlight"})
    state_.exported.emplace(name);
}

void GrubMachine::set_exported(const std::string& name, GrubValue value) {
  state_.variables[name] = std::move(value);
  state_.exported.insert(name);
}

void GrubMachine::keep_exported() {
  std::erase_if(state_.variables,
                [&](const auto& each) { return !state_.exported.contains(each.first); });
}

GrubValue GrubMachine::variable(const std::string& name) const {
  const auto found = state_.variables.find(name);
  return found == state_.variables.end() ? GrubValue{} : found->second;
}

void GrubMachine::problem(std::string rule, Place place, std::string message, bool undetermined,
                          std::optional<Severity> severity) {
  constexpr std::size_t most_problems = 100;
  if (problems_.size() >= most_problems) return;
  for (const BootProblem& have : problems_)
    if (have.rule == rule && have.place.path == place.path && have.place.line == place.line) return;
  problems_.push_back(
      {std::move(rule), std::move(place), std::move(message), undetermined, severity});
}

void GrubMachine::exhaust() {
  if (!exhausted_)
    problem("boot.grub2-parse", here(),
            say("the script runs longer or grows larger than is followed"), true);
  exhausted_ = true;
}

bool GrubMachine::spend_step() {
  if (++steps_ > most_steps || bytes_ > most_bytes) exhaust();
  return !stopped();
}

void GrubMachine::set(const std::string& name, GrubValue value) {
  if (value.text.size() > longest_value) value = {value.text.substr(0, longest_value), false};
  if (name == "root") {
    const GrubFileName parts = split_grub_file(value.text);
    if (!parts.device.empty()) value.text = parts.device;
  }
  bytes_ += value.text.size();
  if (state_.variables.size() >= most_variables && !state_.variables.contains(name))
    return exhaust();
  state_.variables[name] = std::move(value);
}

void GrubMachine::run_block(const GrubBlock& block) {
  for (const GrubCommand& command : block) {
    if (stopped()) return;
    run(command);
  }
}

void GrubMachine::run(const GrubCommand& command) {
  if (!spend_step()) return;
  line_ = command.line;
  switch (command.kind) {
    case GrubCommand::Kind::simple:
      run_simple(command);
      break;
    case GrubCommand::Kind::condition:
      run_condition(command, 0);
      break;
    case GrubCommand::Kind::loop_for:
      run_for(command);
      break;
    case GrubCommand::Kind::loop_while:
    case GrubCommand::Kind::loop_until:
      run_while(command);
      break;
    case GrubCommand::Kind::function: {
      const std::vector<GrubValue> name = expand(command.words);
      if (!name.empty()) functions_[name[0].text] = {&command.block, source_};
      break;
    }
  }
  if (command.negated) status_ = !status_;
}

void GrubMachine::run_simple(const GrubCommand& command) {
  const std::vector<GrubValue> words = expand(command.words);
  if (words.empty()) return;
  if (!words[0].known) {
    status_ = Truth::unknown;
    return;
  }
  if (is_assignment(words[0])) {
    const std::size_t equals = words[0].text.find('=');
    set(words[0].text.substr(0, equals), {words[0].text.substr(equals + 1), words[0].known});
    status_ = Truth::yes;
    return;
  }
  const auto function = functions_.find(words[0].text);
  if (function != functions_.end())
    call(function->second, Arguments{words}.subspan(1));
  else
    GrubCommands::run(*this, command, words);
}

void GrubMachine::call(const Function& function, Arguments arguments) {
  if (depth_ >= most_levels) return exhaust();
  ++depth_;
  positional_.emplace_back(arguments.begin(), arguments.end());
  const GrubSource* caller = std::exchange(source_, function.source);
  const int line = line_;
  run_block(*function.body);
  source_ = caller;
  line_ = line;
  returning_ = false;
  positional_.pop_back();
  --depth_;
}

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
  returning_ = leaving_loop_ = false;
  State taken = std::exchange(state_, before);
  run_condition(command, branch + 1);
  returning_ = leaving_loop_ = false;
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

void GrubMachine::run_while(const GrubCommand& command) {
  const bool until = command.kind == GrubCommand::Kind::loop_until;
  while (spend_step()) {
    run_block(command.branches[0].condition);
    const Truth condition = until ? !status_ : status_;
    if (stopped() || condition == Truth::no) break;
    if (condition == Truth::unknown) {
      run_undecided(command, 0);
      break;
    }
    run_block(command.branches[0].body);
  }
  leaving_loop_ = false;
}

void GrubMachine::run_for(const GrubCommand& command) {
  const std::vector<GrubValue> words = expand(command.words);
  for (std::size_t i = 1; i < words.size() && spend_step(); ++i) {
    set(words[0].text, words[i]);
    run_block(command.block);
  }
  leaving_loop_ = false;
}

void GrubMachine::enter_config(const guest::GuestPath& path) {
  const auto at = tree_.on_volume(path);
  if (!at) return;
  const std::string device = "(" + grub_device_name(tree_.inventory(), at->volume) + ")";
  set("config_file", {device + at->path, true});
  set("config_directory", {device + at->path.substr(0, at->path.rfind('/')), true});
}

void GrubMachine::run_config(const guest::GuestPath& path) {
  if (const auto at = tree_.on_volume(path)) {
    const std::string device = grub_device_name(tree_.inventory(), at->volume);
    const std::string folder = at->path.substr(0, at->path.rfind('/'));
    set("root", {device, true});
    set("prefix", {"(" + device + ")" + folder, true});
    set("cmdpath", {"(" + device + ")" + folder, true});
  }
  enter_config(path);
  run_source(path);
  finished_ = false;
  expand_submenus(menu_, 0);
}

void GrubMachine::run_source(const guest::GuestPath& path) {
  if (depth_ >= most_levels) return exhaust();
  auto text = tree_.fs().read_text(path);
  if (!text) {
    const bool gone = text.error().code == Errc::not_found || text.error().code == Errc::invalid;
    missing_.push_back({here(), path.str(), text.error().message, !gone, state_.failed_search});
    status_ = gone ? Truth::no : Truth::unknown;
    return;
  }
  if (std::find(configs_.begin(), configs_.end(), text->found.str()) == configs_.end())
    configs_.push_back(text->found.str());
  auto source = std::make_unique<GrubSource>();
  source->path = text->found.str();
  source->text = std::move(text->text);
  source->lines = lines_of(source->text);
  source->script = parse_grub_script(source->text);
  for (const GrubSyntaxError& error : source->script.errors)
    problem("boot.grub2-parse", source->place(error.line), error.message);
  if (source->script.cut || text->cut)
    problem("boot.grub2-parse", {source->path, 0, {}},
            say("the file is larger or deeper nested than is followed"), true);
  sources_.push_back(std::move(source));
  ++depth_;
  const GrubSource* caller = std::exchange(source_, sources_.back().get());
  const int line = line_;
  run_block(sources_.back()->script.commands);
  source_ = caller;
  line_ = line;
  returning_ = false;
  --depth_;
}

}  // namespace imprint::facts
