#include "guestfs/facts/grub_test.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace imprint::facts {
namespace {

constexpr int most_levels = 32;

Truth truth_of(bool value) {
  return value ? Truth::yes : Truth::no;
}

Truth both(Truth a, Truth b) {
  if (a == Truth::no || b == Truth::no) return Truth::no;
  return a == Truth::yes && b == Truth::yes ? Truth::yes : Truth::unknown;
}

Truth either(Truth a, Truth b) {
  return !both(!a, !b);
}

/// As strtol does: what does not start with a number is 0.
long number(const std::string& text) {
  long value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<bool> compare(const std::string& a, const std::string& operation,
                            const std::string& b) {
  if (operation == "=" || operation == "==") return a == b;
  if (operation == "!=") return a != b;
  if (operation == "<") return a < b;
  if (operation == "<=") return a <= b;
  if (operation == ">") return a > b;
  if (operation == ">=") return a >= b;
  if (operation == "-eq") return number(a) == number(b);
  if (operation == "-ne") return number(a) != number(b);
  if (operation == "-lt") return number(a) < number(b);
  if (operation == "-le") return number(a) <= number(b);
  if (operation == "-gt") return number(a) > number(b);
  if (operation == "-ge") return number(a) >= number(b);
  return std::nullopt;
}

bool is_comparison(const std::string& word) {
  static const std::array<std::string_view, 16> operations{"=",   "==",  "!=",  "<",   "<=",  ">",
                                                           ">=",  "-eq", "-ne", "-lt", "-le", "-gt",
                                                           "-ge", "-nt", "-ot", "-pgt"};
  return std::find(operations.begin(), operations.end(), word) != operations.end();
}

class Expression {
 public:
  Expression(std::span<const GrubValue> words, const GrubFileTest& file_test)
      : words_{words}, file_test_{file_test} {}

  Truth evaluate() {
    const Truth truth = alternatives(0);
    return at_ == words_.size() ? truth : Truth::unknown;
  }

 private:
  [[nodiscard]] bool is(std::size_t at, std::string_view word) const {
    return at < words_.size() && words_[at].known && words_[at].text == word;
  }

  Truth alternatives(int level) {
    Truth truth = conjunction(level);
    while (is(at_, "-o")) {
      ++at_;
      truth = either(truth, conjunction(level));
    }
    return truth;
  }

  /// GRUB takes expressions that only stand side by side as joined by -a: "[ = a ]" is two words
  /// that are not empty.
  Truth conjunction(int level) {
    Truth truth = factor(level);
    while (at_ < words_.size() && !is(at_, "-o") && !is(at_, ")")) {
      if (is(at_, "-a")) ++at_;
      truth = both(truth, factor(level));
    }
    return truth;
  }

  Truth factor(int level) {
    if (at_ >= words_.size()) return Truth::no;
    if (level > most_levels) {
      at_ = words_.size();
      return Truth::unknown;
    }
    if (at_ + 2 < words_.size() && is_comparison(words_[at_ + 1].text)) return comparison();
    if (is(at_, "!")) {
      ++at_;
      return !factor(level + 1);
    }
    if (is(at_, "(")) {
      ++at_;
      const Truth truth = alternatives(level + 1);
      if (!is(at_, ")")) return Truth::unknown;
      ++at_;
      return truth;
    }
    return unary();
  }

  Truth comparison() {
    const GrubValue& left = words_[at_];
    const std::string& operation = words_[at_ + 1].text;
    const GrubValue& right = words_[at_ + 2];
    at_ += 3;
    if (!left.known || !right.known) return Truth::unknown;
    const auto result = compare(left.text, operation, right.text);
    return result ? truth_of(*result) : Truth::unknown;
  }

  Truth unary() {
    const GrubValue& word = words_[at_++];
    const bool option =
        word.known && word.text.size() == 2 && word.text[0] == '-' && at_ < words_.size();
    if (!option || std::string_view{"zndefs"}.find(word.text[1]) == std::string_view::npos)
      return word.known ? truth_of(!word.text.empty()) : Truth::unknown;
    const GrubValue& operand = words_[at_++];
    if (!operand.known) return Truth::unknown;
    if (word.text == "-z") return truth_of(operand.text.empty());
    if (word.text == "-n") return truth_of(!operand.text.empty());
    return file_test_(word.text[1], operand.text);
  }

  std::span<const GrubValue> words_;
  const GrubFileTest& file_test_;
  std::size_t at_ = 0;
};

}  // namespace

Truth operator!(Truth truth) {
  if (truth == Truth::unknown) return truth;
  return truth == Truth::yes ? Truth::no : Truth::yes;
}

Truth evaluate_grub_test(std::span<const GrubValue> arguments, const GrubFileTest& file_test) {
  return Expression{arguments, file_test}.evaluate();
}

}  // namespace imprint::facts
