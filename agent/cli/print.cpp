#include "agent/cli/print.h"

#include <algorithm>
#include <ostream>

#include "agent/base/printable.h"
#include "agent/model/json.h"

namespace imprint::cli {

void print_table(std::ostream& out, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
    out << one_line(line) << "\n";
  }
}

void print_fields(std::ostream& out,
                  const std::vector<std::pair<std::string, std::string>>& fields) {
  std::vector<Row> rows;
  rows.reserve(fields.size());
  for (const auto& [name, value] : fields) rows.push_back({name + ":", value});
  print_table(out, rows);
}

void print_json(std::ostream& out, const Json& json) {
  out << dump_json(json, 2) << "\n";
}

std::string one_line(std::string_view text) {
  return printable(text, std::string::npos);
}

void complain(std::ostream& err, std::string_view message) {
  err << "imprintctl: " << one_line(message) << "\n";
}

}  // namespace imprint::cli
