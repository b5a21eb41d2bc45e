#include "guestfs/appliance/foresight.h"

#include <utility>

#include "agent/base/hex.h"

namespace imprint::appliance {
namespace {

/// The path of an order, in hexadecimal digits: its last word.
std::string_view path_of(std::string_view order) {
  order.remove_suffix(order.ends_with('\n') ? 1 : 0);
  return order.substr(order.rfind(' ') + 1);
}

}  // namespace

const Foresight::Answer* Foresight::find(const std::string& order) const {
  const auto known = answers_.find(order);
  return known != answers_.end() ? &known->second : nullptr;
}

void Foresight::note(const std::string& order) {
  if (asked_.size() < most_orders) asked_.insert(order);
}

void Foresight::keep(const std::string& order, const Answer& answer) {
  const std::size_t size = order.size() + (answer ? answer->size() : 0);
  if (answers_.size() >= most_orders || size > most_bytes - bytes_) return;
  if (answers_.emplace(order, answer).second) bytes_ += size;
}

std::vector<std::string> Foresight::expected_below(std::string_view folder) const {
  const std::string own = to_hex(folder);
  const std::string inside = own + to_hex("/");
  std::vector<std::string> orders;
  for (const std::string& order : before_) {
    const std::string_view path = path_of(order);
    if ((path == own || path.starts_with(inside)) && find(order) == nullptr)
      orders.push_back(order);
  }
  return orders;
}

void Foresight::turn_over() {
  before_ = std::exchange(asked_, {});
  answers_.clear();
  bytes_ = 0;
}

}  // namespace imprint::appliance
