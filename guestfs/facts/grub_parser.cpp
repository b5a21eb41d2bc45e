#include <algorithm>
#include <array>
#include <span>

#include "guestfs/facts/grub_lexer.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

constexpr std::size_t most_errors = 20;
constexpr std::size_t most_commands = 50'000;
constexpr std::size_t most_words = 200'000;
constexpr std::size_t most_levels = 64;

constexpr std::string_view close_word = "}";
constexpr std::array<std::string_view, 6> closers{"then", "elif", "else", "fi", "do", "done"};
/// Words of the language that GRUB keeps for itself and gives no meaning: no command has such a
/// name.
constexpr std::array<std::string_view, 6> reserved{"case", "esac", "in", "select", "[[", "]]"};

bool is_reserved(const GrubWord& word) {
  return std::any_of(reserved.begin(), reserved.end(),
                     [&](std::string_view each) { return word.is(each); });
}

/// What "for" and "function" may name.
bool is_name(const GrubWord& word) {
  if (word.parts.size() != 1 || word.parts[0].is_variable || word.parts[0].quoted) return false;
  const std::string& text = word.parts[0].text;
  if (text.empty()) return false;
  return (text[0] < '0' || text[0] > '9') && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

class Parser {
 public:
  Parser(std::string_view text, GrubLexer::Quotes quotes) : lexer_{text, quotes} { advance(); }

  GrubScript parse() {
    script_.commands = parse_block({});
    return std::move(script_);
  }
  [[nodiscard]] std::optional<int> unclosed_quote() const { return lexer_.unclosed_quote(); }

 private:
  using Words = std::span<const std::string_view>;

  void advance() {
    if (!script_.cut) token_ = lexer_.next();
  }
  void stop() {
    script_.cut = true;
    token_ = GrubToken{};
  }
  void error(int line, std::string message) {
    if (script_.errors.size() < most_errors) script_.errors.push_back({line, std::move(message)});
  }
  void unexpected() {
    error(token_.line, token_.is("\n") ? say("unexpected end of line")
                       : at_end()      ? say("unexpected end of file")
                                       : say("unexpected '{}'", token_.word.parts[0].text));
  }
  [[nodiscard]] bool at_end() const { return token_.kind == GrubToken::Kind::end; }

  /// The keyword that closes something, if the token is one; "}" for a brace.
  [[nodiscard]] std::string_view closer() const {
    if (token_.kind == GrubToken::Kind::close) return close_word;
    if (token_.kind == GrubToken::Kind::word)
      for (const std::string_view word : closers)
        if (token_.word.is(word)) return word;
    return {};
  }
  [[nodiscard]] bool expected_outside(std::string_view word) const {
    for (const Words& words : expected_)
      for (const std::string_view candidate : words)
        if (candidate == word) return true;
    return false;
  }

  /// Commands up to one of the closing words, which stays; or up to one that an outer construct
  /// waits for. Between two commands stands one ";" or line feeds, or both in this order.
  GrubBlock parse_block(Words until) {
    GrubBlock block;
    if (expected_.size() >= most_levels) stop();
    expected_.push_back(until);
    behind_command_ = false;
    while (!at_end()) {
      if (token_.kind == GrubToken::Kind::separator) {
        if (!behind_command_ && token_.is(";")) unexpected();
        behind_command_ = false;
        advance();
        continue;
      }
      const std::string_view word = closer();
      if (behind_command_ && word != close_word) unexpected();
      if (word.empty()) {
        parse_command(block);
        behind_command_ = true;
      } else if (expected_outside(word)) {
        break;
      } else {
        error(token_.line, say("'{}' closes nothing", word));
        advance();
      }
    }
    if (block.empty() && !until.empty() && !at_end()) error(token_.line, say("an empty block"));
    expected_.pop_back();
    return block;
  }

  /// Takes the closing word, or reports what it should have closed.
  bool expect(std::string_view word, std::string_view opened, int line) {
    if (closer() == word) {
      advance();
      return true;
    }
    if (!script_.cut) error(line, say("'{}' without its '{}'", opened, word));
    return false;
  }

  void parse_command(GrubBlock& block) {
    if (++commands_ > most_commands) return stop();
    GrubCommand command;
    command.line = token_.line;
    while (token_.kind == GrubToken::Kind::word && token_.word.is("!")) {
      command.negated = !command.negated;
      advance();
    }
    if (token_.kind == GrubToken::Kind::word) {
      if (token_.word.is("if")) return parse_if(block, std::move(command));
      if (token_.word.is("while") || token_.word.is("until"))
        return parse_while(block, std::move(command));
      if (token_.word.is("for")) return parse_for(block, std::move(command));
      if (token_.word.is("function")) return parse_function(block, std::move(command));
      if (!is_reserved(token_.word)) return parse_simple(block, std::move(command));
    }
    unexpected();
    skip_line();
  }

  void skip_line() {
    while (!at_end() && token_.kind != GrubToken::Kind::separator) advance();
  }

  void parse_words(GrubCommand& command) {
    while (token_.kind == GrubToken::Kind::word) {
      if (++words_ > most_words) return stop();
      if (token_.broken) error(token_.line, say("a '$' without the name of a variable"));
      if (token_.word.is("[[") || token_.word.is("]]")) unexpected();
      command.words.push_back(std::move(token_.word));
      advance();
    }
  }

  void parse_simple(GrubBlock& block, GrubCommand command) {
    parse_words(command);
    if (token_.kind == GrubToken::Kind::open) parse_braces(command, command.words.front());
    if (token_.kind == GrubToken::Kind::other) {
      unexpected();
      skip_line();
    }
    block.push_back(std::move(command));
  }

  void parse_braces(GrubCommand& command, const GrubWord& opener) {
    static constexpr std::array<std::string_view, 1> until{close_word};
    const std::string opened = opener.parts.empty() ? "{" : opener.parts[0].text;
    advance();
    command.has_block = true;
    command.block = parse_block(until);
    if (command.kind == GrubCommand::Kind::function && behind_command_) unexpected();
    expect(close_word, opened + " {", command.line);
  }

  void parse_if(GrubBlock& block, GrubCommand command) {
    static constexpr std::array<std::string_view, 1> until_then{"then"};
    static constexpr std::array<std::string_view, 3> until_next{"elif", "else", "fi"};
    static constexpr std::array<std::string_view, 1> until_fi{"fi"};
    command.kind = GrubCommand::Kind::condition;
    do {
      advance();
      GrubBranch branch;
      branch.condition = parse_block(until_then);
      const bool whole = expect("then", "if", command.line);
      if (whole) branch.body = parse_block(until_next);
      command.branches.push_back(std::move(branch));
      if (!whole) {
        if (closer() == "fi") advance();
        return block.push_back(std::move(command));
      }
    } while (closer() == "elif");
    if (closer() == "else") {
      advance();
      command.block = parse_block(until_fi);
    }
    expect("fi", "if", command.line);
    block.push_back(std::move(command));
  }

  void parse_loop_body(GrubCommand& command, std::string_view opened, GrubBlock& body) {
    static constexpr std::array<std::string_view, 1> until_done{"done"};
    while (token_.kind == GrubToken::Kind::separator) advance();
    if (!expect("do", opened, command.line)) return;
    body = parse_block(until_done);
    expect("done", opened, command.line);
  }

  void parse_while(GrubBlock& block, GrubCommand command) {
    static constexpr std::array<std::string_view, 1> until_do{"do"};
    const bool until = token_.word.is("until");
    command.kind = until ? GrubCommand::Kind::loop_until : GrubCommand::Kind::loop_while;
    advance();
    GrubBranch branch;
    branch.condition = parse_block(until_do);
    parse_loop_body(command, until ? "until" : "while", branch.body);
    command.branches.push_back(std::move(branch));
    block.push_back(std::move(command));
  }

  void parse_for(GrubBlock& block, GrubCommand command) {
    command.kind = GrubCommand::Kind::loop_for;
    advance();
    parse_words(command);
    if (command.words.size() < 2 || !is_name(command.words[0]) || !command.words[1].is("in")) {
      error(command.line, say("'for' without a name and 'in'"));
      command.words.resize(1);
    } else {
      command.words.erase(command.words.begin() + 1);
    }
    parse_loop_body(command, "for", command.block);
    block.push_back(std::move(command));
  }

  void parse_function(GrubBlock& block, GrubCommand command) {
    command.kind = GrubCommand::Kind::function;
    advance();
    parse_words(command);
    while (token_.kind == GrubToken::Kind::separator) advance();
    if (command.words.size() != 1 || !is_name(command.words[0]) ||
        token_.kind != GrubToken::Kind::open)
      return error(command.line, say("'function' without a name and a body"));
    parse_braces(command, command.words.front());
    block.push_back(std::move(command));
  }

  GrubLexer lexer_;
  GrubToken token_;
  GrubScript script_;
  std::vector<Words> expected_;
  bool behind_command_ = false;  ///< nothing yet parts it from what follows
  std::size_t commands_ = 0;
  std::size_t words_ = 0;
};

}  // namespace

GrubScript parse_grub_script(std::string_view text) {
  Parser parser{text, GrubLexer::Quotes::span_lines};
  GrubScript script = parser.parse();
  const auto unclosed = parser.unclosed_quote();
  if (!unclosed) return script;
  script = Parser{text, GrubLexer::Quotes::end_with_line}.parse();
  script.errors = {{*unclosed, say("a quote that is never closed")}};
  return script;
}

}  // namespace imprint::facts
