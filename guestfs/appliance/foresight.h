#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace imprint::appliance {

/// The questions about the files of one image and the answers to them, which stay true as long as
/// the image is there. What was asked of the image before is likely to be asked of this one as
/// well, so it can be asked in advance, all at once. Bounded: beyond `most_orders` and `most_bytes`
/// nothing is kept. Pure.
class Foresight {
 public:
  static constexpr std::size_t most_orders = 4000;
  static constexpr std::size_t most_bytes = std::size_t{16} << 20;
  /// Nothing inside: the question is not to be answered so.
  using Answer = std::optional<std::string>;

  /// The answer to a question, if it is kept.
  [[nodiscard]] const Answer* find(const std::string& order) const;
  /// A question was asked by itself.
  void note(const std::string& order);
  void keep(const std::string& order, const Answer& answer);
  /// What was asked of the image before about a mounted folder and what is in it, unless it is kept
  /// already.
  [[nodiscard]] std::vector<std::string> expected_below(std::string_view folder) const;
  /// The image has left.
  void turn_over();

 private:
  std::set<std::string> before_;  ///< of the image before
  std::set<std::string> asked_;
  std::map<std::string, Answer> answers_;
  std::size_t bytes_ = 0;  ///< of all answers
};

}  // namespace imprint::appliance
