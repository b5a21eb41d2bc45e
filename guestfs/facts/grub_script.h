#pragma once
// The script language of GRUB 2, parsed. See "Shell-like scripting" in the GRUB manual.

#include <string>
#include <string_view>
#include <vector>

namespace imprint::facts {

/// A piece of a word: literal text or the name of a variable ("root", "1", "?").
struct GrubPart {
  bool is_variable = false;
  bool quoted = false;  ///< an unquoted variable is split at blanks
  std::string text;
};

struct GrubWord {
  std::vector<GrubPart> parts;

  /// Whether it is exactly this, unquoted: a keyword.
  [[nodiscard]] bool is(std::string_view keyword) const {
    return parts.size() == 1 && !parts[0].is_variable && !parts[0].quoted &&
           parts[0].text == keyword;
  }
};

struct GrubCommand;
using GrubBlock = std::vector<GrubCommand>;
struct GrubBranch;

struct GrubCommand {
  enum class Kind {
    simple,      ///< words, and perhaps a block: menuentry, submenu
    condition,   ///< branches, then `block` for else
    loop_for,    ///< words[0] takes each other word, `block` runs
    loop_while,  ///< one branch
    loop_until,  ///< one branch
    function,    ///< words[0] is its name, `block` its body
  };
  Kind kind = Kind::simple;
  int line = 0;  ///< from 1
  bool negated = false;
  bool has_block = false;
  std::vector<GrubWord> words;
  std::vector<GrubBranch> branches;
  GrubBlock block;
};

struct GrubBranch {
  GrubBlock condition;
  GrubBlock body;
};

struct GrubSyntaxError {
  int line = 0;
  std::string message;
};

struct GrubScript {
  GrubBlock commands;
  std::vector<GrubSyntaxError> errors;  ///< at most 20
  bool cut = false;  ///< more commands or deeper nesting than is followed: the rest is not there
};

/// Never fails: what cannot be parsed is an error, and the parser goes on behind it. An unclosed
/// block ends with the file. Bounded: 50,000 commands, 200,000 words, 64 levels. Pure.
GrubScript parse_grub_script(std::string_view text);

}  // namespace imprint::facts
