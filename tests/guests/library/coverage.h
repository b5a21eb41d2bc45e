#pragma once

#include <filesystem>
#include <string>

namespace imprint::guests {

/// The text of docs/coverage.md: each rule, its severity, what shows it firing and what shows it
/// silent. Rules that are asked of a guest are shown by the table of faults; for the others, which
/// are answered before there is a guest, the tests below `sources` that name the rule are found.
std::string coverage_page(const std::filesystem::path& sources);

}  // namespace imprint::guests
