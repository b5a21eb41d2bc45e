// What words and file names of a script stand for.

#include <charconv>

#include "guestfs/facts/grub_device.h"
#include "guestfs/facts/grub_machine.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::Match;

namespace {

/// A file that is not there often comes of a search before it that failed.
std::string after_search(const std::string& why, const Place& search) {
  return say("{}; '{}' on line {} finds nothing", why, search.text, search.line);
}

}  // namespace

void GrubMachine::expand_word(const GrubWord& word, std::vector<GrubValue>& fields) {
  // A word that is one variable keeps what is known of it.
  if (word.parts.size() == 1 && word.parts[0].is_variable) {
    GrubValue value = value_of(word.parts[0].text);
    if (!value.known && !value.choices.empty()) {
      bytes_ += value.text.size();
      return fields.push_back(std::move(value));
    }
  }
  GrubValue field;
  bool started = false;
  const auto finish = [&] {
    if (started) fields.push_back(std::move(field));
    field = {};
    started = false;
  };
  for (const GrubPart& part : word.parts) {
    if (part.is_variable && part.quoted && part.text == "@") {
      for (std::size_t i = 0; i < arguments().size(); ++i) {
        if (i > 0) finish();
        field.text += arguments()[i].text;
        field.known = field.known && arguments()[i].known;
        bytes_ += arguments()[i].text.size();
        started = true;
      }
      continue;
    }
    GrubValue value{part.text, true};
    if (part.is_variable) value = value_of(part.text);
    bytes_ += value.text.size();
    if (!part.is_variable || part.quoted) {
      field.text += value.text;
      field.known = field.known && value.known;
      started = true;
      continue;
    }
    const std::vector<std::string> pieces = split_words(value.text);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (i > 0) finish();
      field.text += pieces[i];
      started = true;
    }
    if (!value.known) {
      field.known = false;
      started = true;
    }
  }
  finish();
}

const std::vector<GrubValue>& GrubMachine::arguments() const {
  static const std::vector<GrubValue> none;
  return positional_.empty() ? none : positional_.back();
}

GrubValue GrubMachine::value_of(const std::string& name) const {
  const std::vector<GrubValue>& arguments = this->arguments();
  if (name == "?") return {status_ == Truth::no ? "1" : "0", status_ != Truth::unknown};
  if (name == "#") return {std::to_string(arguments.size()), true};
  if (name == "@" || name == "*") {
    GrubValue all;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (i > 0) all.text += ' ';
      all.text += arguments[i].text;
      all.known = all.known && arguments[i].known;
    }
    return all;
  }
  if (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos) {
    std::size_t number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    return number > 0 && number <= arguments.size() ? arguments[number - 1] : GrubValue{};
  }
  return variable(name);
}

std::vector<GrubValue> GrubMachine::expand(const std::vector<GrubWord>& words) {
  std::vector<GrubValue> fields;
  for (const GrubWord& word : words) expand_word(word, fields);
  return fields;
}

GrubValue GrubMachine::expand_text(std::string_view text, std::vector<std::string>& undefined) {
  GrubValue result;
  const GrubScript script = parse_grub_script("\"" + std::string{text} + "\"");
  const bool plain =
      script.errors.empty() && script.commands.size() == 1 && script.commands[0].words.size() == 1;
  if (!plain) return {std::string{text}, true};
  for (const GrubPart& part : script.commands[0].words[0].parts) {
    if (part.is_variable && !state_.variables.contains(part.text)) undefined.push_back(part.text);
    const GrubValue value = part.is_variable ? value_of(part.text) : GrubValue{part.text, true};
    result.text += value.text;
    result.known = result.known && value.known;
  }
  bytes_ += result.text.size();
  return result;
}

GrubMachine::FileName GrubMachine::locate(const GrubValue& name) const {
  if (!name.known) return {Match::unknown, {}, say("its name depends on the running machine")};
  const GrubFileName parts = split_grub_file(name.text);
  const GrubValue device = parts.device.empty() ? variable("root") : GrubValue{parts.device, true};
  if (!device.known)
    return {Match::unknown, {}, say("the value of 'root' depends on the running machine")};
  const GrubDevice found = resolve_grub_device(tree_.inventory(), device.text);
  if (found.match == Match::found) return {Match::found, {*found.volume, parts.path}, {}};
  std::string why = found.why;
  if (state_.failed_search && parts.device.empty()) why = after_search(why, *state_.failed_search);
  return {found.match, {}, std::move(why)};
}

BootFile GrubMachine::boot_file(const GrubValue& name) const {
  const FileName file = locate(name);
  if (file.match != Match::found) return {name.text, here(), file.match, {}, 0, file.why};
  BootFile result = tree_.boot_file(file.file, name.text, here());
  if (result.match == Match::absent && state_.failed_search)
    result.why = after_search(result.why, *state_.failed_search);
  return result;
}

}  // namespace imprint::facts
