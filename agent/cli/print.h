#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
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

/// Foreign text as one line, however long, that cannot steer the user's terminal.
std::string one_line(std::string_view text);

/// "imprintctl: MESSAGE" as one line.
void complain(std::ostream& err, std::string_view message);

}  // namespace imprint::cli
