#pragma once
// GRUB's test command, decided where all that it asks is known.

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace imprint::facts {

enum class Truth { no, yes, unknown };

/// A string that a script computes.
struct GrubValue {
  std::string text;
  bool known = true;  ///< false: depends on what only the running machine can tell; `text` is one
                      ///< possibility
  /// All the texts it can have, where it is not known and they are; else empty.
  std::vector<std::string> choices = {};
  bool operator==(const GrubValue&) const = default;
};

/// Answers -f, -d, -e and -s for a file as a script names it.
using GrubFileTest = std::function<Truth(char test, const std::string& file)>;

/// The arguments without "test" or "[" and "]". Unknown where it depends on something unknown or is
/// no expression.
Truth evaluate_grub_test(std::span<const GrubValue> arguments, const GrubFileTest& file_test);

Truth operator!(Truth truth);

}  // namespace imprint::facts
