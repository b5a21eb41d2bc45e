#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "agent/model/json.h"

namespace imprint::cli {

using Row = std::vector<std::string>;

/// Columns as wide as their longest cell; the last one is not padded. The first row is the heading.
void print_table(std::ostream& out, const std::vector<Row>& rows);

/// "name:  value" lines with the values under one another.
void print_fields(std::ostream& out,
                  const std::vector<std::pair<std::string, std::string>>& fields);

/// Indented JSON and a newline.
void print_json(std::ostream& out, const Json& json);

template <class T>
Json list_to_json(const std::vector<T>& values) {
  Json items = Json::array();
  for (const T& value : values) items.push_back(to_json(value));
  return items;
}

/// The text without control characters but newline and tab: what a guest wrote must not steer the
/// user's terminal.
std::string harmless(const std::string& text);

}  // namespace imprint::cli
