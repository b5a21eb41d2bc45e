// imprintctl completion: written from the parser's own tree, so that it cannot fall behind.

#include <functional>
#include <ostream>

#include "agent/cli/session.h"

namespace imprint::cli {
namespace {

const char* const bash_end = R"(
_imprintctl() {
  local place="imprintctl" current="${COMP_WORDS[COMP_CWORD]}" word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ -n "${_imprintctl_words[$place $word]+there}" ]] && place="$place $word"
  done
  if [[ "$current" == -* || -n "${_imprintctl_words[$place]%%-*}" ]]; then
    COMPREPLY=($(compgen -W "${_imprintctl_words[$place]}" -- "$current"))
  fi
  [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _imprintctl imprintctl
)";

const char* const zsh_end = R"(
_imprintctl() {
  local place="imprintctl" word
  for word in "${words[@]:1:$((CURRENT-2))}"; do
    (( ${+_imprintctl_words[$place $word]} )) && place="$place $word"
  done
  local -a choices=(${=_imprintctl_words[$place]})
  if [[ "${words[CURRENT]}" == -* || "${choices[1]}" != -* ]]; then
    compadd -- $choices && return
  fi
  _files
}
compdef _imprintctl imprintctl
)";

struct CompletionOptions {
  std::string shell;
};

/// How a shell writes one element of an associative array; the two are its place and its words.
using Element = std::string (*)(const std::string&, const std::string&);
std::string bash_element(const std::string& place, const std::string& words) {
  return "[\"" + place + "\"]=\"" + words + "\"";
}
std::string zsh_element(const std::string& place, const std::string& words) {
  return "\"" + place + "\" \"" + words + "\"";
}

/// "sub-commands, then options" of the command and of all below it.
void write_words(std::ostream& out, Element element, const CLI::App& app, const std::string& place,
                 const std::string& inherited) {
  std::string options = inherited;
  std::string words;
  for (const CLI::App* command : app.get_subcommands(nullptr)) words += command->get_name() + " ";
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) options += "--" + name + " ";
  out << "  " << element(place, words + options) << "\n";
  for (const CLI::App* command : app.get_subcommands(nullptr))
    write_words(out, element, *command, place + " " + command->get_name(),
                place == "imprintctl" ? options : inherited);
}

}  // namespace

void add_completion(CLI::App& app, Session& session) {
  auto options = std::make_shared<CompletionOptions>();
  CLI::App* command =
      app.add_subcommand("completion", "Print a script that completes commands and options");
  command->add_option("SHELL", options->shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  command->footer(
      "Examples:\n  source <(imprintctl completion bash)\n  source <(imprintctl completion zsh)");
  command->callback([&app, &session, options] {
    session.action = [&app, &session, options]() -> Result<int> {
      std::ostream& out = session.environment.out;
      const bool zsh = options->shell == "zsh";
      out << (zsh ? "#compdef imprintctl\ntypeset -gA" : "declare -gA") << " _imprintctl_words=(\n";
      write_words(out, zsh ? zsh_element : bash_element, app, "imprintctl", "");
      out << ")\n" << (zsh ? zsh_end : bash_end);
      return status_ok;
    };
  });
}

}  // namespace imprint::cli
