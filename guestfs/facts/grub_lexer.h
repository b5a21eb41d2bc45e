#pragma once

#include <optional>
#include <string_view>

#include "guestfs/facts/grub_script.h"

namespace imprint::facts {

struct GrubToken {
  enum class Kind { word, separator, open, close, other, end };
  Kind kind = Kind::end;
  int line = 1;
  GrubWord word;
  bool broken = false;  ///< a word that holds a "$" which begins nothing

  /// Whether it is this sign, not a word.
  [[nodiscard]] bool is(std::string_view sign) const { return kind != Kind::word && word.is(sign); }
};

/// Cuts a script into tokens, one at a time. Borrows the text.
class GrubLexer {
 public:
  enum class Quotes {
    span_lines,     ///< as GRUB reads them
    end_with_line,  ///< to go on with a file in which one is never closed
  };
  GrubLexer(std::string_view text, Quotes quotes) : text_{text}, quotes_{quotes} {}

  GrubToken next();
  /// Where a quote begins that the file's end does not close, once that was met.
  [[nodiscard]] std::optional<int> unclosed_quote() const { return unclosed_; }

 private:
  void skip_blanks();
  void read_word(GrubWord& word);
  void read_single_quoted(GrubWord& word);
  void read_double_quoted(GrubWord& word);
  void read_dollar(GrubWord& word);
  void read_variable(GrubWord& word, bool quoted);
  void read_escape(GrubWord& word);
  bool leave_at_line_end(int quote_line);
  void closed_quote(int quote_line);
  [[nodiscard]] bool more() const { return at_ < text_.size(); }

  std::string_view text_;
  Quotes quotes_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool broken_ = false;  ///< of the word that is read
  std::optional<int>
      spanning_;  ///< the first quote that spans lines: where a missing one most likely is
  std::optional<int> unclosed_;
};

}  // namespace imprint::facts
