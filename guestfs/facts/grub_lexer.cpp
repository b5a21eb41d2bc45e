#include "guestfs/facts/grub_lexer.h"

#include <algorithm>

namespace imprint::facts {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}
bool is_special(char c) {
  return c == '\n' || c == ';' || c == '{' || c == '}' || c == '|' || c == '&' || c == '<' ||
         c == '>';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name(char c) {
  return is_name_start(c) || is_digit(c);
}

/// A name, a number or one of four signs.
bool is_variable(std::string_view name) {
  if (name == "?" || name == "#" || name == "*" || name == "@") return true;
  if (name.empty()) return false;
  return std::all_of(name.begin(), name.end(), is_digit(name[0]) ? is_digit : is_name);
}

void add_text(GrubWord& word, std::string_view text, bool quoted) {
  if (!word.parts.empty() && !word.parts.back().is_variable && word.parts.back().quoted == quoted)
    word.parts.back().text += text;
  else
    word.parts.push_back({false, quoted, std::string{text}});
}

}  // namespace

void GrubLexer::skip_blanks() {
  for (; more(); ++at_) {
    if (text_[at_] == '\\' && text_.substr(at_ + 1).starts_with('\n')) {
      ++at_;
      ++line_;
    } else if (!is_blank(text_[at_])) {
      break;
    }
  }
  if (more() && text_[at_] == '#')
    while (more() && text_[at_] != '\n') ++at_;
}

GrubToken GrubLexer::next() {
  skip_blanks();
  GrubToken token;
  token.line = line_;
  if (!more()) return token;
  const char c = text_[at_];
  if (!is_special(c)) {
    token.kind = GrubToken::Kind::word;
    broken_ = false;
    read_word(token.word);
    token.broken = broken_;
    return token;
  }
  ++at_;
  if (c == '\n') ++line_;
  token.kind = c == '\n' || c == ';' ? GrubToken::Kind::separator
               : c == '{'            ? GrubToken::Kind::open
               : c == '}'            ? GrubToken::Kind::close
                                     : GrubToken::Kind::other;
  add_text(token.word, std::string_view{&c, 1}, false);
  return token;
}

void GrubLexer::read_word(GrubWord& word) {
  while (more() && !is_blank(text_[at_]) && !is_special(text_[at_])) {
    switch (text_[at_]) {
      case '\'':
        read_single_quoted(word);
        break;
      case '"':
        read_double_quoted(word);
        break;
      case '$':
        read_dollar(word);
        break;
      case '\\':
        read_escape(word);
        break;
      default:
        add_text(word, text_.substr(at_++, 1), false);
    }
  }
}

/// $"text" is a text that GRUB translates, in which any "$" may stand.
void GrubLexer::read_dollar(GrubWord& word) {
  if (!text_.substr(at_ + 1).starts_with('"')) return read_variable(word, false);
  const bool broken = broken_;
  ++at_;
  read_double_quoted(word);
  broken_ = broken;
}

void GrubLexer::read_escape(GrubWord& word) {
  ++at_;
  if (!more()) return;
  if (text_[at_] == '\n')
    ++line_;
  else
    add_text(word, text_.substr(at_, 1), true);
  ++at_;
}

/// At a line feed inside quotes: whether the quote is taken to end here.
bool GrubLexer::leave_at_line_end(int quote_line) {
  if (quotes_ == Quotes::end_with_line) return true;
  if (!spanning_) spanning_ = quote_line;
  ++line_;
  return false;
}

void GrubLexer::closed_quote(int quote_line) {
  if (more())
    ++at_;
  else
    unclosed_ = spanning_.value_or(quote_line);
}

void GrubLexer::read_single_quoted(GrubWord& word) {
  const int quote_line = line_;
  const std::size_t begin = ++at_;
  for (; more() && text_[at_] != '\''; ++at_) {
    if (text_[at_] == '\n' && leave_at_line_end(quote_line)) {
      add_text(word, text_.substr(begin, at_ - begin), true);
      return;
    }
  }
  add_text(word, text_.substr(begin, at_ - begin), true);
  closed_quote(quote_line);
}

void GrubLexer::read_double_quoted(GrubWord& word) {
  const int quote_line = line_;
  add_text(word, {}, true);
  for (++at_; more() && text_[at_] != '"';) {
    const char c = text_[at_];
    if (c == '\n' && leave_at_line_end(quote_line)) return;
    if (c == '$') {
      read_variable(word, true);
      continue;
    }
    const std::string_view escaped = c == '\\' ? text_.substr(at_ + 1, 1) : std::string_view{};
    if (escaped == "\n") {
      ++line_;
      at_ += 2;
    } else if (escaped == "\"" || escaped == "\\" || escaped == "$") {
      add_text(word, escaped, true);
      at_ += 2;
    } else {
      add_text(word, text_.substr(at_++, 1), true);
    }
  }
  closed_quote(quote_line);
}

void GrubLexer::read_variable(GrubWord& word, bool quoted) {
  const std::size_t dollar = at_++;
  std::string_view name;
  if (text_.substr(at_).starts_with('{')) {
    const std::size_t close = text_.find_first_of("}\n", at_);
    if (close != std::string_view::npos && text_[close] == '}') {
      name = text_.substr(at_ + 1, close - at_ - 1);
      at_ = close + 1;
    }
  } else if (more() && is_name_start(text_[at_])) {
    const std::size_t begin = at_;
    while (more() && is_name(text_[at_])) ++at_;
    name = text_.substr(begin, at_ - begin);
  } else if (more() && is_digit(text_[at_])) {
    const std::size_t begin = at_;
    while (more() && is_digit(text_[at_])) ++at_;
    name = text_.substr(begin, at_ - begin);
  } else if (more() &&
             (text_[at_] == '?' || text_[at_] == '*' || text_[at_] == '@' || text_[at_] == '#')) {
    name = text_.substr(at_++, 1);
  }
  broken_ = broken_ || !is_variable(name);
  if (name.empty())
    add_text(word, text_.substr(dollar, 1), quoted);
  else
    word.parts.push_back({true, quoted, std::string{name}});
}

}  // namespace imprint::facts
