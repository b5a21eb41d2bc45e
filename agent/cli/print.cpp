#include "agent/cli/print.h"

#include <algorithm>
#include <ostream>

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
    out << harmless(line) << "\n";
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

std::string harmless(const std::string& text) {
  std::string clean;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || c == '\t' || (byte >= 0x20 && byte != 0x7f)) clean += c;
  }
  return clean;
}

}  // namespace imprint::cli
