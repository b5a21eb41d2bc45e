#include "guestfs/facts/grub_machine.h"

#include <algorithm>

#include "guestfs/facts/grub_device.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::Match;

namespace {

constexpr std::size_t most_steps = 100'000;
constexpr std::size_t most_bytes = std::size_t{16} << 20;
constexpr std::size_t longest_value = std::size_t{64} << 10;
constexpr std::size_t most_variables = 2'000;

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

}  // namespace

Place GrubSource::place(int line) const {
  if (evaluated) return *evaluated;
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
  if (GrubCommands::run(*this, command, words)) return;
  if (const auto function = functions_.find(words[0].text); function != functions_.end())
    call(function->second, Arguments{words}.subspan(1));
  else
    status_ = Truth::unknown;
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
  if (text->cut) source->script.cut = true;
  run_text(std::move(source), std::move(text->text));
}

void GrubMachine::run_text(std::unique_ptr<GrubSource> source, std::string text) {
  if (depth_ >= most_levels) return exhaust();
  const bool cut = source->script.cut;
  source->text = std::move(text);
  source->lines = lines_of(source->text);
  source->script = parse_grub_script(source->text);
  for (const GrubSyntaxError& error : source->script.errors)
    problem("boot.grub2-parse", source->place(error.line), error.message);
  if (source->script.cut || cut)
    problem("boot.grub2-parse", {source->path, 0, {}},
            say("the file is larger or deeper nested than is followed"), true);
  sources_.push_back(std::move(source));
  ++depth_;
  const GrubSource* caller = std::exchange(source_, sources_.back().get());
  const int line = line_;
  run_block(sources_.back()->script.commands);
  source_ = caller;
  line_ = line;
  --depth_;
}

}  // namespace imprint::facts
